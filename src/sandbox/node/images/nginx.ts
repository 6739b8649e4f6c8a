import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import { untilAborted } from '../../mesh/osm/pod-server.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';
import {
  NginxConfigError,
  type NginxLocation,
  type NginxServer,
  type ProxyPass,
  parseNginxConfig,
} from './nginx-config.ts';

/**
 * nginx as a reverse proxy, configured by mounted files as the real one: what an ingress controller is in front of a
 * mesh. It serves no files of its own.
 */
const version = 'nginx/1.29.8';
const configFiles = ['/etc/nginx/nginx.conf', '/etc/nginx/conf.d/default.conf'];

const welcome: NginxServer = {
  port: 80,
  names: [],
  locations: [{ prefix: '/', action: { type: 'return', status: 200, text: '<h1>Welcome to nginx!</h1>\n' } }],
};

export const nginx: ImageProgram = {
  repositories: ['nginx'],
  sizeBytes: 72_351_744,
  entrypoint: ['nginx', '-g', 'daemon off;'],
  executables: ['/usr/sbin/nginx', '/docker-entrypoint.sh'],
  async run(context) {
    try {
      await serve(context);
      return 0;
    } catch (error) {
      if (!(error instanceof NginxConfigError)) throw error;
      context.stderr(`nginx: [emerg] ${error.message}\n`);
      return 1;
    }
  },
};

async function serve(context: ContainerContext): Promise<void> {
  const files = configFiles.flatMap((file) => {
    const text = context.readFile(file);
    return text === undefined ? [] : parseNginxConfig(text, file);
  });
  const servers = files.length === 0 ? [welcome] : files;
  const addresses = await resolveUpstreams(context, servers);
  const byPort = Map.groupBy(servers, ({ port }) => port);
  const stops: (() => void)[] = [];
  for (const [port, sharing] of byPort) {
    const http = createServer((request, response) => void answer(context, sharing, addresses, request, response));
    const listening = await context.sockets.listen(port, ({ socket, remote }) => {
      clients.set(socket, remote.ip);
      http.emit('connection', socket);
    });
    stops.push(() => {
      listening.close();
      http.closeAllConnections();
    });
  }
  await untilAborted(context.signal);
  for (const stop of stops) stop();
}

/** The address that a client has in the cluster, which its loopback socket does not show. */
const clients = new WeakMap<Socket, string>();

/** nginx looks names up once, when it starts, and does not start without them. */
async function resolveUpstreams(
  context: ContainerContext,
  servers: readonly NginxServer[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { action } of servers.flatMap(({ locations }) => locations)) {
    if (action.type !== 'proxy') continue;
    const [address] = await context.sockets.resolve(action.proxy.host).catch(() => []);
    if (!address) throw new NginxConfigError(`host not found in upstream "${action.proxy.host}"`);
    found.set(action.proxy.host, address);
  }
  return found;
}

/** By name, else the first; then the longest prefix. */
function locationFor(servers: readonly NginxServer[], host: string, path: string): NginxLocation | undefined {
  const server = servers.find(({ names }) => names.includes(host)) ?? servers[0];
  return server?.locations
    .filter(({ prefix }) => path.startsWith(prefix))
    .reduce<NginxLocation | undefined>(
      (best, location) => (best && best.prefix.length >= location.prefix.length ? best : location),
      undefined,
    );
}

async function answer(
  context: ContainerContext,
  servers: readonly NginxServer[],
  addresses: ReadonlyMap<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const client = clients.get(request.socket) ?? '-';
  const host = (request.headers.host ?? '').split(':')[0]?.toLowerCase() ?? '';
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  const time = new Date(context.clock.now());
  response.once('finish', () => {
    const agent = request.headers['user-agent'] ?? '-';
    context.stdout(`${client} - - [${time.toISOString()}] "${line}" ${response.statusCode} - "-" "${agent}" "-"\n`);
  });
  response.setHeader('Server', version);
  const location = locationFor(servers, host, request.url ?? '/');
  if (!location) page(response, 404);
  else if (location.action.type === 'return') {
    const { status, text } = location.action;
    response.writeHead(status, { 'Content-Type': 'text/html' }).end(text);
  } else {
    const { proxy } = location.action;
    const address = addresses.get(proxy.host) ?? proxy.host;
    try {
      await forward(context, location, proxy, { address, client, host }, request, response);
    } catch (error) {
      const stamp = time.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
      const upstream = `${proxy.secure ? 'https' : 'http'}://${address}:${proxy.port}${request.url}`;
      context.stderr(
        `${stamp} [error] 29#29: *1 ${why(error)}, client: ${client}, server: , request: "${line}", upstream: "${upstream}", host: "${request.headers.host}"\n`,
      );
      if (response.headersSent) response.destroy();
      else page(response, 502);
    }
  }
}

function page(response: ServerResponse, status: number): void {
  const title = `${status} ${STATUS_CODES[status]}`;
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${version}</center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(text) }).end(text);
}

function why(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connect() failed (111: Connection refused) while connecting to upstream';
    case 'ECONNRESET':
      return 'recv() failed (104: Connection reset by peer) while reading response header from upstream';
    default:
      return `upstream failed (${code ?? message}) while connecting to upstream`;
  }
}

interface Path {
  address: string;
  client: string;
  host: string;
}

async function forward(
  context: ContainerContext,
  { prefix }: NginxLocation,
  proxy: ProxyPass,
  { address, client, host }: Path,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const raw = await context.sockets.connect(address, proxy.port);
  const socket = proxy.secure ? await secure(context, proxy, raw) : raw;
  const variables: Readonly<Record<string, string>> = {
    $host: host,
    $http_host: request.headers.host ?? '',
    $proxy_host: proxy.authority,
    $remote_addr: client,
  };
  const headers: Record<string, string | string[]> = { host: proxy.authority };
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !['host', 'connection', 'keep-alive', 'upgrade'].includes(name)) headers[name] = value;
  }
  for (const [name, value] of proxy.headers) headers[name.toLowerCase()] = variables[value] ?? value;
  const path = proxy.path === undefined ? request.url : proxy.path + (request.url ?? '').slice(prefix.length);
  await new Promise<void>((resolve, reject) => {
    const upstream = httpRequest({
      method: request.method ?? 'GET',
      path: path ?? '/',
      headers: { ...headers, connection: 'close' },
      createConnection: () => socket,
    });
    upstream.on('error', reject);
    upstream.on('response', (answered) => {
      const { connection: _, 'keep-alive': __, server: ___, ...kept } = answered.headers;
      response.writeHead(answered.statusCode ?? 502, kept);
      answered.pipe(response);
      answered.on('error', reject);
      answered.on('end', resolve);
    });
    request.pipe(upstream);
  });
}

function secure(context: ContainerContext, { host, tls }: ProxyPass, raw: Socket): Promise<Socket> {
  const file = (path: string | undefined) => (path === undefined ? undefined : context.readFile(path));
  const [cert, key, ca] = [file(tls.certificate), file(tls.certificateKey), file(tls.trustedCertificate)];
  const name = tls.name ?? host;
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: raw,
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(ca !== undefined && { ca }),
      servername: tls.sendName ? name : '',
      rejectUnauthorized: tls.verify,
      checkServerIdentity: (_, certificate) => (tls.verify ? checkServerIdentity(name, certificate) : undefined),
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
