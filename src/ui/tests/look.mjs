/* node tests/look.mjs FOLDER [name …]: pictures of the page in its states, to be looked at. Fails on a
 * violation of the content security policy and on errors of the page. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser, watch } from './browser.mjs';
import { shots } from './shots.mjs';
import { serve } from './standin/serve.mjs';

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tests/look.mjs FOLDER [name …]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
let bad = 0;
for (const [name, shot] of Object.entries(shots)) {
  if (wanted.length && !wanted.some((w) => name.includes(w))) continue;
  const world = shot.world();
  const standin = await serve(world);
  const context = await browser.newContext({ viewport: shot.size ?? { width: 1440, height: 900 }, colorScheme: shot.dark ? 'dark' : 'light', locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await context.newPage();
  const problems = watch(page);
  try {
    await shot.run(page, standin.url, world);
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  } catch (e) {
    problems.push(String(e));
    await page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => {});
  }
  console.log(problems.length ? `not ok ${name}\n  ${problems.join('\n  ')}` : `ok ${name}`);
  bad += problems.length ? 1 : 0;
  await context.close();
  await standin.close();
}
await browser.close();
process.exit(bad ? 1 : 0);
