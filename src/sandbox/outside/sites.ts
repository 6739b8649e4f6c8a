import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { HostListen, OutsideHost } from '../network/beyond-cluster.ts';
import { requestUrl } from '../network/http-fields.ts';
import type { KeyPair } from '../pki/authority.ts';

/** Web sites of the simulated internet, each on ports 80 and 443. */
function site(server: string, pair: () => KeyPair, answer: RequestListener): OutsideHost {
  const named: RequestListener = (request, response) => {
    response.setHeader('Server', server);
    answer(request, response);
  };
  return {
    async start(listen: HostListen) {
      const plain = createServer(named);
      const { certPem, keyPem } = pair();
      const secure = createSecureServer({ cert: certPem, key: keyPem }, named);
      secure.on('tlsClientError', () => {});
      await listen(80, ({ socket }) => plain.emit('connection', socket));
      await listen(443, ({ socket }) => secure.emit('connection', socket));
    },
  };
}

const page = `<!doctype html>
<title>A page outside the cluster</title>
<h1>You have left the cluster</h1>
<p>This host is simulated. It answers on loopback and nothing left your machine.</p>
`;

/** One page under every path, as a plain web server would give it. */
export const exampleSite = (pair: () => KeyPair): OutsideHost =>
  site('simulated-internet', pair, (request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(page));
    response.end(request.method === 'HEAD' ? undefined : page);
  });

/** Tells what reached it: `/get`, `/headers`, `/anything…` and `/status/<code>`; anything else is a 404. */
export const requestEcho = (pair: () => KeyPair): OutsideHost => site('simulated-echo', pair, echo);

function echo(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = requestUrl(request.url);
  const status = /^\/status\/([2-5]\d\d)$/.exec(pathname)?.[1];
  if (status !== undefined) {
    response.writeHead(Number(status)).end();
    return;
  }
  const known = ['/get', '/headers'].includes(pathname) || pathname.startsWith('/anything');
  const body = known
    ? { method: request.method, url: `${pathname}${search}`, headers: request.headers }
    : { error: `nothing at ${pathname}` };
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(known ? 200 : 404, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
