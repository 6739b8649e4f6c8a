import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Lab } from './lab.ts';
import { startMeshPair } from './mesh-pair.ts';
import { startNginxPair } from './nginx-pair.ts';

const request = Buffer.from(
  'GET /books-bought HTTP/1.1\r\nHost: app.app.svc.cluster.local:14001\r\nUser-Agent: bench\r\n\r\n',
);
const body = 'x'.repeat(200);

/** One request after the other on one connection; the answer has a Content-Length. */
export class Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on('error', () => {});
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) reject(new Error('the connection was closed between two requests'));
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

/** The same app reached in three ways: directly, through nginx twice, through two sidecars. */
export interface ThreePaths {
  direct(): Promise<Connection>;
  throughNginx(): Promise<Connection>;
  throughMesh(): Promise<Connection>;
  nginxPid: number;
  close(): Promise<void>;
}

export async function startThreePaths(lab: Lab, nginxVersion: string): Promise<ThreePaths> {
  // On a busy machine a path may wait longer for its turn than a server keeps idle connections by default.
  const app = createServer({ keepAliveTimeout: 0 }, (_, response) => void response.end(body)).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const { port } = app.address() as AddressInfo;
  const nginx = await startNginxPair(lab.newFolder(), port, nginxVersion);
  const mesh = await startMeshPair(lab.newFolder(), app);
  return {
    direct: async () => new Connection(connect(port, '127.0.0.1')),
    throughNginx: async () => new Connection(connect(nginx.port, '127.0.0.1')),
    throughMesh: async () => new Connection(await mesh.connect()),
    nginxPid: nginx.pid,
    async close() {
      await nginx.close();
      await mesh.close();
      app.closeAllConnections();
      app.close();
    },
  };
}
