import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock, systemClock } from '../../src/platform/clock.ts';
import { type ReachOptions, reach, wayTo } from '../../src/platform/reach.ts';
import { CertificateAuthority } from '../../src/sandbox/pki/authority.ts';

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function tlsServer(): Promise<number> {
  const authority = CertificateAuthority.create(systemClock, { commonName: 'somebody' });
  const { certPem, keyPem } = authority.issue({
    commonName: 'here',
    ipAddresses: ['127.0.0.1'],
    validityMs: 3_600_000,
    usages: ['server'],
  });
  const server = createTlsServer({ cert: certPem, key: keyPem });
  server.on('tlsClientError', () => {});
  return listening(server);
}

/** Lets CONNECT through to the port that was asked for, or answers with another status. */
function proxy(status = 200): Promise<number> {
  return listening(
    createServer((client) => {
      client.once('data', (head) => {
        const port = Number(/^CONNECT \S+:(\d+) /.exec(head.toString())?.[1]);
        if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        const upstream = new (client.constructor as typeof Socket)();
        upstream.on('error', () => client.destroy());
        upstream.connect(port, '127.0.0.1', () => {
          client.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
          client.pipe(upstream).pipe(client);
        });
      });
    }),
  );
}

const knock = (port: number, options: Partial<ReachOptions> = {}, host = '127.0.0.1') =>
  reach({ host, port }, { clock: systemClock, timeoutMs: 10_000, ...options });

const by = (port: number, login = '') => ({ way: { proxy: new URL(`http://${login}127.0.0.1:${port}`) } });

describe('reach', () => {
  it('tells that somebody answers, and in how many milliseconds', async () => {
    expect(await knock(await tlsServer(), { trust: false })).toEqual({ type: 'reached', ms: expect.any(Number) });
  });

  it('tells a certificate that nobody here trusts', async () => {
    expect(await knock(await tlsServer())).toMatchObject({
      type: 'not-trusted',
      reason: expect.stringMatching(/CERT|SIGNATURE/),
    });
  });

  it('tells a port where nobody listens from one that never answers', async () => {
    const port = await listening(createServer());
    const { server } = servers.pop() ?? {};
    await new Promise((resolve) => server?.close(resolve));
    expect(await knock(port)).toEqual({ type: 'refused' });

    const clock = new SteppedClock();
    const silent = createServer();
    const silentPort = await listening(silent);
    const accepted = once(silent, 'connection');
    const answer = knock(silentPort, { clock, timeoutMs: 6_000 });
    const [socket] = (await accepted) as [Socket];
    // The handshake's first bytes: the connection stands.
    await once(socket, 'data');
    await clock.step(6_000);
    expect(await answer).toEqual({ type: 'timed-out', during: 'handshake', ms: 6_000 });
  });

  it('tells a name that nobody knows', async () => {
    expect(await knock(443, {}, 'nobody.invalid')).toMatchObject({ type: 'no-name' });
  });

  it('tells a connection that is cut before it says anything', async () => {
    const port = await listening(createServer((socket) => void socket.once('data', () => socket.destroy())));
    expect(await knock(port)).toEqual({ type: 'cut' });
  });

  it('goes by a proxy where there is one, and tells its refusal', async () => {
    const target = await tlsServer();
    expect(await knock(target, { ...by(await proxy()), trust: false })).toMatchObject({ type: 'reached' });
    expect(await knock(target, by(await proxy(407)))).toEqual({ type: 'proxy-refused', status: 407 });
  });

  it('signs in at a proxy with the name and password of its address', async () => {
    const heads: string[] = [];
    const port = await listening(
      createServer(
        (client) =>
          void client.once('data', (head) => {
            heads.push(head.toString());
            client.end('HTTP/1.1 403 No\r\n\r\n');
          }),
      ),
    );
    await knock(1, by(port, 'ada:l%3Ave@'));
    expect(heads[0]).toContain(`Proxy-Authorization: Basic ${Buffer.from('ada:l:ve').toString('base64')}\r\n`);
  });

  it('does not wait for a proxy that hangs up, and stops when it is told to', async () => {
    const port = await listening(createServer((client) => void client.once('data', () => client.end())));
    expect(await knock(1, by(port))).toEqual({ type: 'cut' });
    const stopping = new AbortController();
    const silent = createServer();
    const accepted = once(silent, 'connection');
    const answer = knock(await listening(silent), { signal: stopping.signal });
    await accepted;
    stopping.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

describe('the way to a host', () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128' }, 'proxy:3128'],
    [{ https_proxy: 'proxy:3128' }, 'proxy:3128'],
    [{ ALL_PROXY: 'http://all:1' }, 'all:1'],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost, .azure.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'management.azure.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'notazure.com,agement.azure.com' }, 'proxy:3128'],
    [{ HTTPS_PROXY: 'http://' }, undefined],
  ])('of %j is by %s', (environment: Record<string, string>, host) => {
    expect(wayTo('management.azure.com', environment).proxy?.host).toBe(host);
  });
});
