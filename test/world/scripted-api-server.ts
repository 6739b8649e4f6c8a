import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../src/platform/clock.ts';
import { CertificateAuthority } from '../../src/sandbox/pki/authority.ts';

const authority = CertificateAuthority.create(systemClock, { commonName: 'scripted' });
const tls = authority.issue({
  commonName: 'scripted',
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
  validityMs: 3_600_000,
});

/** An HTTPS server that a test plays an API server with: real TLS and sockets, answers by hand. */
export interface ScriptedApiServer {
  port: number;
  /** Paths in the order they were asked for, with their query. */
  asked: string[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves when one more request has come; the test's own limit ends the waiting. */
  next(): Promise<string>;
  kubeconfig(file: string, port?: number, token?: string): Promise<string>;
  /** Ends every connection. */
  cut(): void;
  close(): Promise<void>;
}

export const json = (response: ServerResponse, body: object, code = 200, headers: Record<string, string> = {}) =>
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

export async function startScriptedApiServer(): Promise<ScriptedApiServer> {
  const sockets = new Set<TLSSocket>();
  let waiting: ((path: string) => void)[] = [];
  const scripted: ScriptedApiServer = {
    port: 0,
    asked: [],
    answer: (_, response) => json(response, { metadata: { resourceVersion: '1' }, items: [] }),
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async kubeconfig(file, port = scripted.port, token = 'first') {
      const ca = Buffer.from(authority.certPem).toString('base64');
      const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca };
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'scripted',
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: { token } }],
        contexts: [{ name: 'scripted', context: { cluster: 'c', user: 'u' } }],
      };
      await writeFile(file, JSON.stringify(config));
      return file;
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      scripted.cut();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer({ cert: tls.certPem, key: tls.keyPem }, (request, response) => {
    scripted.asked.push(request.url ?? '');
    scripted.answer(request, response);
    const told = waiting;
    waiting = [];
    for (const tell of told) tell(request.url ?? '');
  });
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scripted.port = (server.address() as AddressInfo).port;
  return scripted;
}
