import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { intoServer, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** HTTP/1.1 through two sidecars where a generated, legal request does not go: refusals, limits, tunnels, slow readers. */
let app: Server;
let pair: ProxyPair;
let seen: string[];

beforeAll(async () => {
  app = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  app.on('upgrade', (request, socket: Socket, first: Buffer) => {
    seen.push(`upgrade ${request.headers.upgrade}`);
    if (request.url === '/refuses') {
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: k\r\n\r\n');
    socket.write(`first ${first.toString()};`);
    socket.pipe(socket);
  });
  pair = await startProxyPair(intoServer(app));
});

beforeEach(() => {
  seen = [];
});

afterAll(async () => {
  await pair.close();
  app.closeAllConnections();
});

/** Writes text as it stands and returns all that comes back until the other side closes. */
async function raw(text: string | Buffer): Promise<string> {
  const socket = await pair.connect();
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const head = (...lines: string[]) => `${['GET / HTTP/1.1', 'Host: app.test', ...lines].join('\r\n')}\r\n\r\n`;
const post = (...lines: string[]) => head(...lines).replace('GET', 'POST');
const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: app.test\r\n\r\n';

describe('what two readers could understand differently', () => {
  const cases: [string, string, string, number][] = [
    [
      'a length and chunks at once',
      post('Content-Length: 5', 'Transfer-Encoding: chunked'),
      `0\r\n\r\n${smuggled}`,
      400,
    ],
    ['two lengths', post('Content-Length: 5', 'Content-Length: 50'), `12345${smuggled}`, 400],
    ['the same length twice', post('Content-Length: 5', 'Content-Length: 5'), '12345', 400],
    ['a length that is no number', post('Content-Length: +5'), '12345', 400],
    ['a coding that is not chunked alone', post('Transfer-Encoding: gzip, chunked'), '0\r\n\r\n', 501],
    ['a folded line', head('X-Long: a', ' b'), '', 400],
    ['a blank before the colon', head('Content-Length : 5'), '', 400],
    ['a name with a blank', head('X Y: 5'), '', 400],
    ['a carriage return inside a value', head('X-Y: a\rb'), '', 400],
    ['a zero byte inside a value', head('X-Y: a\0b'), '', 400],
    ['a method that nobody knows', head().replace('GET', 'FETCH'), '', 400],
    ['a version that nobody speaks', head().replace('HTTP/1.1', 'HTTP/1.7'), '', 400],
    ['two blanks in the request line', head().replace('GET /', 'GET  /'), '', 400],
    ['a Connection header that strips Host', head('Connection: close, host'), '', 400],
    ['a target that is no target', head().replace('GET /', 'GET nowhere'), '', 400],
  ];

  it.each(cases)('%s is refused, and nothing of it reaches the app', async (_, request, body, status) => {
    const answer = await raw(Buffer.from(request + body, 'latin1'));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('\r\nconnection: close\r\n');
    expect(answer).toContain('\r\nserver: envoy\r\n');
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(seen).toEqual([]);
    expect(pair.logs.outbound.at(-1)).toMatchObject({ response_code: status, response_flags: 'DPE' });
  });

  const chunks: [string, string][] = [
    ['no hexadecimal number', 'xyz\r\nabc\r\n'],
    ['a sign', '+3\r\nabc\r\n'],
    ['more digits than a size has', '00000000000000000003\r\nabc\r\n'],
    ['a size that its data exceed', '3\r\nabcd\r\n'],
  ];

  it.each(chunks)('a chunk with %s ends the request, and what follows is not read as one', async (_, chunk) => {
    const answer = await raw(`${post('Transfer-Encoding: chunked')}${chunk}0\r\n\r\n${smuggled}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(seen).not.toContain('GET /smuggled');
  });
});

describe('limits', () => {
  it('a head of more than 60 KiB or a hundred fields is 431', async () => {
    expect(await raw(head(`X-Large: ${'x'.repeat(61 * 1024)}`))).toMatch(
      /^HTTP\/1\.1 431 Request Header Fields Too Large/,
    );
    expect(await raw(`GET / HTTP/1.1\r\nX-Endless: ${'x'.repeat(70 * 1024)}`)).toMatch(/^HTTP\/1\.1 431 /);
    const many = Array.from({ length: 101 }, (_, at) => `X-${at}: 1`);
    expect(await raw(head(...many))).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(head(...many.slice(10), 'Connection: close'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen.filter((line) => line === 'GET /')).toHaveLength(1);
  });

  it('a request without Host is 400, with an upgrade that nobody offers 403, and CONNECT too', async () => {
    expect(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(head('Connection: upgrade', 'Upgrade: tea'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw('CONNECT app.test:80 HTTP/1.1\r\nHost: app.test:80\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(seen).toEqual([]);
  });

  it('an offer of HTTP/2 by upgrade is overlooked', async () => {
    const answer = await raw(
      head('Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('an upgrade to websocket', () => {
  const offer = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`;

  it('becomes a tunnel, bytes in both directions, that ends with either side', async () => {
    const socket = await pair.connect();
    socket.write(`${offer('/')}early`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    await expect.poll(() => answer).toContain('early');
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(answer).toContain('\r\nx-key: k\r\n');
    expect(answer).toContain('\r\nupgrade: websocket\r\n');
    socket.write('\0\xffanything');
    await expect.poll(() => answer).toContain('anything');
    socket.destroy();
    await expect.poll(() => pair.stat('inbound', 'cluster.app|local.upstream_rq_active')).toBe(0);
    await expect.poll(() => pair.logs.inbound.at(-1)).toMatchObject({ response_code: 101 });
  });

  it('that the server refuses takes no further bytes along', async () => {
    const answer = await raw(offer('/refuses') + smuggled);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(seen).toEqual(['upgrade websocket']);
  });
});

describe('a server that breaks the rules', () => {
  /** An app that answers whatever it is asked with these bytes. */
  async function answering(bytes: string): Promise<{ answer: string; broken: ProxyPair }> {
    const server = createTcpServer((socket) => socket.on('data', () => socket.write(bytes)));
    const broken = await startProxyPair(intoServer(server));
    const socket = await broken.connect();
    socket.write(head('Connection: close'));
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    await broken.close();
    return { answer, broken };
  }

  it.each([
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['tells its length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['sends a 204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nxx'],
  ])('and %s is a protocol error: 502, UPE', async (_, bytes) => {
    const { answer, broken } = await answering(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(answer).toContain('reset reason: protocol error');
    expect(broken.logs.inbound[0]).toMatchObject({ response_flags: 'UPE' });
    expect(broken.stat('inbound', 'cluster.app|local.upstream_cx_protocol_error')).toBe(1);
  });

  it('and answers twice does not have its second answer taken for the next request', async () => {
    const once200 = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n';
    const { answer, broken } = await answering(`${once200}1${once200}2`);
    expect(answer).toMatch(/\r\n\r\n1$/);
    expect(broken.stat('inbound', 'cluster.app|local.upstream_cx_active')).toBe(0);
  });
});

describe('a reader that does not read', () => {
  it('stops the server from writing, instead of filling the memory of the sidecars', async () => {
    const all = 64 * 1024 * 1024;
    let written = 0;
    const server = createServer((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        for (let hasRoom = true; hasRoom && written < all; written += chunk.length) hasRoom = response.write(chunk);
        if (written < all) response.once('drain', more);
        else response.end();
      };
      more();
    });
    const slow = await startProxyPair(intoServer(server));
    const socket = await slow.connect();
    let got = 0;
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    socket.write(head('Connection: close'));
    await once(socket, 'data');
    socket.pause();
    let before = -1;
    const moved = () => {
      const change = written - before;
      before = written;
      return change;
    };
    await expect.poll(moved, { interval: 100, timeout: 30_000 }).toBe(0);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(all / 2);
    socket.resume();
    await once(socket, 'close');
    expect(got).toBeGreaterThan(all);
    server.closeAllConnections();
    await slow.close();
  });
});
