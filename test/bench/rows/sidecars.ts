import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Lab } from '../lab.ts';
import { startMeshPair } from '../mesh-pair.ts';
import { nginxVersion, startNginxPair } from '../nginx-pair.ts';
import { measured, type Outcome, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const rounds = 40;
const requestsEach = 150;
const request = Buffer.from(
  'GET /books-bought HTTP/1.1\r\nHost: app.app.svc.cluster.local:14001\r\nUser-Agent: bench\r\n\r\n',
);
const body = 'x'.repeat(200);

/** One request after the other on one connection; the answer has a Content-Length. */
class Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on('error', () => {});
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const settle = (end: () => void) => {
        this.#socket.off('data', onData).off('close', onClose);
        end();
      };
      const onClose = () => settle(() => reject(new Error(`the connection closed: ${answer}`)));
      const onData = (chunk: Buffer) => {
        answer += chunk.toString('latin1');
        if (!answer.endsWith(body)) return;
        settle(answer.startsWith('HTTP/1.1 200') ? resolve : () => reject(new Error(answer)));
      };
      this.#socket.on('data', onData).on('close', onClose);
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function measure(lab: Lab, version: string): Promise<Outcome> {
  const app = createServer((_, response) => void response.end(body)).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const { port } = app.address() as AddressInfo;
  const nginx = await startNginxPair(lab.newFolder(), port, version);
  const mesh = await startMeshPair(lab.newFolder(), app);
  const paths = [
    { connection: new Connection(connect(port, '127.0.0.1')), us: new Samples() },
    { connection: new Connection(connect(nginx.port, '127.0.0.1')), us: new Samples() },
    { connection: new Connection(await mesh.connect()), us: new Samples() },
  ] as const;
  try {
    // The first round warms connections and code; then all three meet the same machine in turns.
    for (let round = -3; round < rounds; round++) {
      for (const { connection, us } of paths) {
        for (let count = 0; count < requestsEach; count++) {
          const start = performance.now();
          await connection.ask();
          if (round >= 0) us.add((performance.now() - start) * 1000);
        }
      }
    }
  } finally {
    for (const { connection } of paths) connection.close();
    await nginx.close();
    await mesh.close();
    app.close();
  }
  const [direct, throughNginx, throughMesh] = paths.map(({ us }) => us);
  if (!direct || !throughNginx || !throughMesh) return measured();
  const added = [throughNginx.median - direct.median, throughMesh.median - direct.median] as const;
  return measured(
    {
      what: 'added by two sidecars over added by nginx',
      value: added[1] / added[0],
      unit: '×',
      budget: { atMost: 3 },
      how: `medians; nginx ${version}`,
    },
    {
      what: 'two sidecars add',
      value: added[1],
      unit: 'µs',
      how: `µs: ${throughMesh.summary()}, p99 ${throughMesh.percentile(99).toFixed(0)}`,
    },
    {
      what: 'nginx twice adds',
      value: added[0],
      unit: 'µs',
      how: `µs: ${throughNginx.summary()}; direct: ${direct.summary()}`,
    },
  );
}

/** Caller, app and both sidecars share one process and one core, as in the sandbox; nginx has a process for its two hops. */
export const sidecars: Row = {
  name: 'sidecars',
  title: 'Two sidecars, added latency at one connection',
  async run(lab) {
    const version = nginxVersion();
    if (!version)
      return { status: 'skipped', reason: 'there is no nginx here to compare with (apt-get install nginx)' };
    return measure(lab, version);
  },
};
