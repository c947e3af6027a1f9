/* A wire between browser and daemon that can be cut: what a train in a tunnel does to a socket. */
import { createServer, connect } from 'node:net';

export class Wire {
  static async open(port) {
    const w = new Wire();
    w.pairs = new Set();
    w.isCut = false;
    w.server = createServer((client) => {
      if (w.isCut) return client.destroy();
      const server = connect(port, '127.0.0.1');
      const pair = [client, server];
      w.pairs.add(pair);
      const end = () => {
        w.pairs.delete(pair);
        for (const s of pair) s.destroy();
      };
      for (const s of pair) s.on('error', end).on('close', end).setNoDelay(true);
      client.pipe(server).pipe(client);
    });
    await new Promise((done) => w.server.listen(0, '127.0.0.1', done));
    w.port = w.server.address().port;
    w.url = `http://127.0.0.1:${w.port}`;
    return w;
  }

  cut() {
    this.isCut = true;
    for (const pair of this.pairs) for (const s of pair) s.destroy();
  }

  mend() {
    this.isCut = false;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
