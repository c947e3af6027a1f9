/* node tests/standin/serve.mjs [port] [morning|empty|crowd]: the page with made-up data.
 * Log in as anna (agent) or carla (supervisor), password "secret". */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeHttp } from './http.mjs';
import { crowd, morning } from './morning.mjs';
import { emptyWorld } from './seed.mjs';
import { attachSocket } from './socket.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');

export async function serve(world, port = 0) {
  const { server, session } = makeHttp(world, dist);
  const wss = attachSocket(server, world, session);
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      world.close();
      for (const c of wss.clients) c.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const make = { morning, empty: emptyWorld, crowd }[process.argv[3] ?? 'morning'];
  const { url } = await serve(make(), Number(process.argv[2] ?? 5180));
  console.log(`${url} — anna or carla, password "secret"`);
}
