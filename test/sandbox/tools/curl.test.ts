import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { curl as curlImage } from '../../../src/sandbox/node/images/curl.ts';
import { busyboxTools } from '../../../src/sandbox/node/images/toolboxes.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { LoopbackPods, startContainer } from '../images/containers.ts';
import { Box, type Result } from '../shell/container.ts';

/** A pod whose network is this machine's loopback, so that a real curl can ask the same server. */
const machine = {
  sockets: (podIp: string) => ({
    podIp,
    listen: () => Promise.reject(new Error('nothing listens in this test')),
    resolve: async (host: string) => {
      if (/^[\d.]+$/.test(host)) return [host];
      if (host === 'localhost') return ['127.0.0.1'];
      throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
    },
    connect: (host: string, port: number) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host, port });
        socket.once('connect', () => resolve(socket)).once('error', reject);
      }),
    redirect: () => {},
  }),
};

const authority = CertificateAuthority.create(systemClock, { commonName: 'test root' });
const pair = authority.issue({
  commonName: 'localhost',
  dnsNames: ['localhost'],
  usages: ['server'],
  validityMs: 3_600_000,
});
const box = new Box(0, [...busyboxTools, '/usr/bin/curl'], machine, authority.certPem);
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-curl-'));
const servers: { close(): void; closeAllConnections?(): void }[] = [];
let [http, https, mutual, broken] = [0, 0, 0, 0];
let hasCurl = false;

function answer(request: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  const code = Number(/^\/status\/(\d+)$/.exec(pathname)?.[1] ?? 200);
  if (pathname === '/go') return void response.writeHead(302, { Location: '/echo?moved' }).end('moved\n');
  if (pathname === '/loop') return void response.writeHead(301, { Location: '/loop' }).end();
  if (pathname === '/cut') {
    response.writeHead(200, { 'Content-Length': '100' });
    return void response.write('short', () => response.socket?.destroy());
  }
  if (pathname === '/slow') return;
  if (pathname === '/packed') {
    return void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('unpacked\n'.repeat(50_000)));
  }
  if (pathname === '/unpackable') return void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain');
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const headers = Object.entries(request.headers).filter(([name]) => !['host', 'connection'].includes(name));
    const text = `${request.method} ${request.url}\n${headers.map(([name, value]) => `${name}: ${value}\n`).join('')}${body}\n`;
    response.writeHead(code, {
      'X-One': 'Two',
      'Content-Type': 'text/plain',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  });
}

const listening = async (
  server: Server | ReturnType<typeof createSecureServer> | ReturnType<typeof createTcpServer>,
) => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  http = await listening(createServer(answer));
  https = await listening(
    createSecureServer({ cert: pair.certPem, key: pair.keyPem, allowHTTP1: true }, (request, response) => {
      response.setHeader('X-Over', request.httpVersion);
      response.sendDate = false;
      response.end('secure\n');
    }),
  );
  mutual = await listening(
    createSecureServer({
      cert: pair.certPem,
      key: pair.keyPem,
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: true,
    }),
  );
  broken = await listening(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      // An answer to one that asks for /reset is a reset, to any other one silence.
      socket.once('data', (bytes) => (String(bytes).includes('/reset') ? socket.resetAndDestroy() : socket.end()));
    }),
  );
  writeFileSync(join(folder, 'ca.pem'), authority.certPem);
  box.processes.files.write('/tmp/ca.pem', Buffer.from(authority.certPem));
  hasCurl = await new Promise((resolve) =>
    execFile('curl', ['--version'], (_error, out) => resolve(/^curl 7\.88\./.test(out))),
  );
});
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections?.();
  }
  rmSync(folder, { recursive: true, force: true });
});

const places = (words: readonly string[]) =>
  words.map((word) =>
    word
      .replace('MUTUAL', `https://localhost:${mutual}`)
      .replace('HTTPS', `https://localhost:${https}`)
      .replace('HTTP', `http://localhost:${http}`)
      .replace('BROKEN', `http://localhost:${broken}`),
  );

const ours = (...words: string[]) => box.run(['curl', ...places(words)]);

const theirs = (...words: string[]) =>
  new Promise<Result>((resolve) => {
    const args = ['-q', '-4', ...places(words).map((word) => word.replace('/tmp/', `${folder}/`))];
    execFile('curl', args, { env: { PATH: process.env['PATH'], HOME: folder } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

/** What differs from one run to the next: times, rates, ports, and how many pieces a body came in. */
const steady = ({ code, out, err }: Result) => ({
  code,
  out: out.replaceAll(folder, '/tmp').replaceAll(/after \d+ ms/g, 'after N ms'),
  err: err
    .replaceAll(folder, '/tmp')
    .replaceAll(/after \d+ m/g, 'after N m')
    .replaceAll(/(\r.{32}).*/g, '$1')
    .replace(/OpenSSL\/[\d.]+/, 'OpenSSL')
    .replaceAll(/\* Mark bundle.*\n|\* upload completely sent off.*\n|^[{}] \[.*\n/gm, ''),
});

const cases: string[][] = [
  ['-s', 'HTTP/echo?a=b'],
  ['HTTP/echo'],
  ['-sI', 'HTTP/echo'],
  ['-si', 'HTTP/status/404'],
  ['-s', '-X', 'DELETE', '-H', 'X-Mine: yes', '-H', 'Accept:', '-H', 'X-Empty;', 'HTTP/echo'],
  ['-s', '-d', 'a=1', '-d', 'b=2', 'HTTP/echo'],
  ['-s', '-d', '{"a":1}', '-H', 'Content-Type: application/json', 'HTTP/echo'],
  ['-s', '--json', '{"a":1}', 'HTTP/echo'],
  ['-s', '-v', '-H', 'X-Price: 3 €', 'HTTP/echo'],
  ['-s', '--data-urlencode', 'q=a b&c', '-G', 'HTTP/echo?x=1'],
  ['-s', '-u', 'me:secret', '-A', 'agent', '-e', 'http://from', '-b', 'c=d', '-r', '0-9', 'HTTP/echo'],
  ['-sS', '-f', 'HTTP/status/503'],
  ['-s', '--fail-with-body', 'HTTP/status/503'],
  ['-sL', 'HTTP/go'],
  ['-sL', '-d', 'x', 'HTTP/go'],
  ['-s', '-w', '%{http_code} %{redirect_url} %{num_redirects}\\n', 'HTTP/go'],
  ['-sS', '-L', '--max-redirs', '2', 'HTTP/loop'],
  [
    '-s',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code} %{size_download} %{content_type} %{method} %{scheme} %{http_version} %{url_effective} %{num_connects} %{exitcode} %header{x-one} 100%%\\n',
    'HTTP/echo',
  ],
  ['-s', '-o', '/dev/null', '-w', '%{http_code}|%{errormsg}|%{exitcode}\\n', 'http://localhost:1/'],
  ['-s', '-o', '/dev/null', '-D', '-', '-I', '-w', 'StatusCode:%{http_code}', '-L', 'HTTP/echo'],
  ['-sS', 'HTTP/cut'],
  ['-sS', 'BROKEN/empty'],
  ['-sS', 'BROKEN/reset'],
  ['-sS', 'http://localhost:1/'],
  ['-sS', 'http://nosuch.invalid/'],
  ['http://nosuch.invalid/'],
  ['http://localhost:1/'],
  ['-sS', '-m', '0.2', 'HTTP/slow'],
  ['-sS', '-m', '3000000', '--connect-timeout', '3000000', 'HTTP/echo'],
  ['-sS', 'ftpx://localhost/'],
  ['-v', '-s', 'HTTP/echo'],
  ['-v', '-s', '-d', 'a=b', 'HTTP/echo'],
  ['-s', '--resolve', 'shop.test:PORT:127.0.0.1', 'http://shop.test:PORT/echo'],
  ['-s', '--connect-to', 'shop.test:80:localhost:PORT', 'http://shop.test/echo'],
  ['-s', '--cacert', '/tmp/ca.pem', '-i', 'HTTPS/'],
  ['-s', '--cacert', '/tmp/ca.pem', '--http1.1', 'HTTPS/'],
  ['-s', '-k', '-w', '%{http_version} %{scheme}\\n', 'HTTPS/'],
  ['-sS', '--cacert', '/tmp/none.pem', 'HTTPS/'],
  ['-sS', '-k', 'https://localhost:PORT/'],
  ['-X'],
  ['--nope'],
  ['-s', 'HTTP/echo', 'HTTP/echo?2'],
  ['-m', 'abc', 'HTTP/echo'],
  ['--retry', '-1', 'HTTP/echo'],
  ['--max-redirs', 'two', 'HTTP/echo'],
  ['-s', '--compressed', 'HTTP/packed'],
  ['-sS', '--compressed', 'HTTP/unpackable'],
];

describe('curl beside the real curl', () => {
  it.for(cases.map((words) => [words.join(' '), words] as const))('%s', async ([, words], context) => {
    if (!hasCurl) context.skip('curl 7.88 is missing');
    const own = words.map((word) => word.replace('PORT', String(http)));
    expect(steady(await ours(...own))).toEqual(steady(await theirs(...own)));
  });
});

it('refuses what it does not have, by name', async () => {
  expect(await ours('-x', 'http://proxy', 'HTTP/echo')).toMatchObject({
    code: 2,
    err: 'curl: option -x: the curl of this sandbox does not have it\n',
  });
});

it.each([
  [['--http1.0'], 'option --http1.0: the curl of this sandbox does not have it'],
  [['-0'], 'option -0: the curl of this sandbox does not have it'],
  [['--raw'], 'option --raw: the curl of this sandbox does not have it'],
  [['--path-as-is'], 'option --path-as-is: the curl of this sandbox does not have it'],
  [['-b', 'cookies.txt'], 'option -b: the curl of this sandbox does not read it from a file'],
  [['-H', '@headers'], 'option -H: the curl of this sandbox does not read it from a file'],
])('refuses %s, which would have no effect, by name', async (words, text) => {
  expect(await ours(...words, 'HTTP/echo')).toEqual({ code: 2, out: '', err: `curl: ${text}\n` });
});

it.each([
  [['-H', 'a header: x'], "header 'a header'"],
  [['-A', '\x07'], "control characters in header 'User-Agent'"],
  [['-X', 'GE T'], "method 'GE T'"],
])('refuses %j, which no request of HTTP can have', async (words, text) => {
  const err = `curl: (2) the curl of this sandbox sends no ${text}, which HTTP does not allow\n`;
  expect(await ours('-sS', ...words, 'HTTP/echo')).toEqual({ code: 2, out: '', err });
});

it('refuses URLs that stand for several, unless it is told to take them as they are', async () => {
  const several = 'HTTP/echo?[1-3]';
  expect(await ours('-sS', several)).toMatchObject({
    code: 2,
    err: expect.stringContaining('makes no URLs of {} and []'),
  });
  expect((await ours('-sg', several)).code).toBe(0);
  expect(await ours('-sS', '--http2', 'HTTP/echo')).toMatchObject({ code: 2, err: expect.stringContaining('--http2') });
});

it('takes a delay of 0 for its own pauses, as curl does', async () => {
  const { err } = await ours('--retry', '1', '--retry-delay', '0', 'HTTP/status/503');
  expect(err.match(/Will retry in \d+ seconds/g)).toEqual(['Will retry in 1 seconds']);
});

it('gives up its retries when their time is over', async () => {
  const { code, err } = await ours('--retry', '9', '--retry-delay', '1', '--retry-max-time', '1', 'HTTP/status/503');
  expect(code).toBe(0);
  expect(err.match(/Will retry in 1 seconds/g)).toHaveLength(1);
});

it('survives a server that asks for a certificate only after the handshake, while it is still talking', async () => {
  let told = '';
  // Each word takes a turn of the event loop, in which the server's alert comes.
  const stderr = {
    async write(bytes: Buffer | string) {
      told += String(bytes);
      await setImmediate();
    },
  };
  const url = `https://localhost:${mutual}/`;
  const stdin = { read: async () => undefined, cancel: () => {} };
  const start = { argv: ['curl', '-sSvk', url], env: {}, cwd: '/', stdin, stdout: stderr, stderr };
  expect(await box.processes.spawn(start).ended).toBe(56);
  expect(told).toContain('tlsv13 alert certificate required');
});

it('does not trust a certificate of nobody it knows', async () => {
  const stranger = new Box(0, ['/usr/bin/curl'], machine, '');
  const seen = await stranger.run(['curl', '-sS', ...places(['HTTPS/'])]);
  expect(seen.code).toBe(60);
  expect(seen.err).toMatch(/^curl: \(60\) SSL certificate problem: /);
});

it('writes to files, also under the name of the URL, and says when it cannot', async () => {
  expect(await box.sh(`cd /tmp; curl -sO http://localhost:${http}/echo; head -n 1 echo`)).toMatchObject({
    code: 0,
    out: 'GET /echo\n',
  });
  expect(await ours('-sS', '-o', '/no/such/file', 'HTTP/echo')).toMatchObject({
    code: 23,
    err: expect.stringContaining('curl: (23) Failure writing output to destination'),
  });
});

it('tries again as often as it is told, on errors that may pass', async () => {
  const pods = new LoopbackPods();
  const image = curlImage({ outside: { caPem: '' } });
  const server = '10.244.0.5';
  const run = (...args: string[]) => startContainer(pods, image, { ip: '10.244.0.6', image: 'c', args });
  const url = `http://${server}:9091/healthz`;
  const waiting = run('--retry', '50', '--retry-connrefused', '--retry-delay', '5', url);
  await waiting.logged(/Problem: connection refused\. Will retry in 5 seconds\. 49 retries left\.\n/);
  const answering = createServer((_, response) => void response.end('Health OK'));
  const listener = await pods.listen(server, 9091, ({ socket }) => void answering.emit('connection', socket));
  expect(await waiting.ended).toBe(0);
  expect(waiting.log).toContain('Health OK');
  listener.close();
  expect(await run('-s', '--retry', '50', url).ended).toBe(7);
});

it('finds no address of version 6, as there is none', async () => {
  expect(await ours('-sS6', 'http://localhost:1/')).toMatchObject({
    code: 6,
    err: 'curl: (6) Could not resolve host: localhost\n',
  });
});
