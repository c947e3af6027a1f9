/* Style sheets become minified strings, for CSSStyleSheet.replaceSync. */
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

export const css = {
  name: 'css-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};
