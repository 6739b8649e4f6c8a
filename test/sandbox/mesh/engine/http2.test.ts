import { once } from 'node:events';
import { createServer as createHttp1Server } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { intoServer, type PairOptions, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** HTTP/2 with prior knowledge through two sidecars, with node:http2 at both ends. */
type Serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(
  serve: Serve,
  options: PairOptions = {},
): Promise<{ pair: ProxyPair; session: ClientHttp2Session }> {
  const app = createServer();
  app.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    serve(stream as ServerHttp2Stream, headers);
  });
  app.on('sessionError', () => {});
  return open(await startProxyPair(intoServer(app), options));
}

async function open(pair: ProxyPair): Promise<{ pair: ProxyPair; session: ClientHttp2Session }> {
  const socket = await pair.connect();
  const session = connect('http://app.test', { createConnection: () => socket });
  session.on('error', () => {});
  closers.push(
    () => pair.close(),
    () => session.destroy(),
  );
  return { pair, session };
}

interface Answer {
  headers: Record<string, unknown>;
  body: string;
  trailers: Record<string, unknown>;
  resetCode: number;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const answer: Answer = { headers: {}, body: '', trailers: {}, resetCode: 0 };
  stream.on('response', (headers) => Object.assign(answer.headers, headers));
  stream.on('trailers', (trailers) => Object.assign(answer.trailers, trailers));
  stream.on('data', (data: Buffer) => {
    answer.body += data.toString();
  });
  stream.on('error', () => {});
  await new Promise<void>((resolve) => stream.once('close', resolve));
  answer.resetCode = stream.rstCode ?? 0;
  return answer;
}

const grpc = {
  ':path': '/grpc.health.v1.Health/Check',
  ':method': 'POST',
  'content-type': 'application/grpc',
  te: 'trailers',
};

describe('HTTP/2 through two sidecars', () => {
  it('stays HTTP/2 all the way, with trailers in both directions and the headers that a proxy adds', async () => {
    const seen: unknown[] = [];
    const { pair, session } = await start((stream, headers) => {
      stream.on('trailers', (trailers) => seen.push(trailers['x-last']));
      stream.on('data', (data: Buffer) => seen.push(data.toString()));
      stream.on('end', () => {
        seen.push(headers['te'], typeof headers['x-request-id'], headers['x-forwarded-proto'], headers[':authority']);
        stream.respond({ ':status': 200, 'x-twice': ['a', 'b'] }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end('answer');
      });
    });
    const stream = session.request(grpc, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-last': 'word' }));
    stream.end('question');
    const { headers, body, trailers } = await answerOf(stream);
    expect(headers).toMatchObject({ ':status': 200, server: 'envoy', 'x-twice': 'a, b' });
    expect(headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
    expect(body).toBe('answer');
    expect(trailers).toMatchObject({ 'grpc-status': '0' });
    expect(seen).toEqual(['question', 'word', 'trailers', 'string', 'http', 'app.test:80']);
    expect(pair.logs.outbound[0]).toMatchObject({ protocol: 'HTTP/2', response_code: 200, bytes_received: 8 });
    expect(pair.stat('outbound', 'cluster.app.upstream_cx_http2_total')).toBe(1);
  });

  it('carries many streams at once over one connection, each flowing both ways before it ends', async () => {
    const { pair, session } = await start((stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const talk = async (count: number) => {
      const stream = session.request({ ':method': 'POST', ':path': `/${count}` });
      const got = answerOf(stream);
      for (const word of ['one ', 'two ', 'three']) {
        stream.write(word);
        await once(stream, 'data');
      }
      stream.end();
      return (await got).body;
    };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, count) => talk(count)));
    expect(new Set(answers)).toEqual(new Set(['one two three']));
    expect(pair.stat('outbound', 'cluster.app.upstream_cx_total')).toBe(1);
    expect(pair.stat('outbound', 'cluster.app.upstream_rq_total')).toBe(20);
    expect(pair.stat('inbound', 'http.inbound.downstream_rq_2xx')).toBe(20);
    expect(pair.stat('outbound', 'cluster.app.upstream_rq_active')).toBe(0);
  });

  it('carries megabytes with back-pressure in both directions', async () => {
    const { session } = await start((stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    const got = answerOf(stream);
    stream.end(Buffer.alloc(5_000_000, 'mesh'));
    expect((await got).body.length).toBe(5_000_000);
  });

  it('tells resets on: before the answer by 503, after it by a reset, and a client that leaves to the server', async () => {
    let noticed = () => {};
    const left = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const { pair, session } = await start((stream, headers) => {
      if (headers[':path'] === '/before') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      else if (headers[':path'] === '/refused') stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else {
        stream.respond({ ':status': 200 });
        stream.write('half');
        if (headers[':path'] === '/after') stream.once('drain', () => {}).close(constants.NGHTTP2_INTERNAL_ERROR);
        else stream.once('close', noticed);
      }
    });
    expect(await answerOf(session.request({ ':path': '/before' }))).toMatchObject({
      headers: { ':status': 503 },
      body: 'upstream connect error or disconnect/reset before headers. reset reason: remote reset',
    });
    expect(await answerOf(session.request({ ':path': '/refused' }))).toMatchObject({
      body: expect.stringContaining('reset reason: remote refused stream reset'),
    });
    expect((await answerOf(session.request({ ':path': '/after' }))).resetCode).not.toBe(0);
    const leaving = session.request({ ':path': '/slow' });
    leaving.on('error', () => {});
    await once(leaving, 'data');
    leaving.close(constants.NGHTTP2_CANCEL);
    await left;
    await expect.poll(() => pair.logs.inbound.at(-1)).toMatchObject({ response_flags: 'DC' });
    expect(pair.stat('outbound', 'cluster.app.upstream_rq_active')).toBe(0);
  });

  it('answers 502 where the app speaks HTTP/1.1 alone', async () => {
    const pair = await startProxyPair(intoServer(createHttp1Server((_, response) => response.end())));
    const { session } = await open(pair);
    expect((await answerOf(session.request({ ':path': '/' }))).headers[':status']).toBe(502);
    expect(pair.logs.inbound[0]).toMatchObject({ response_flags: 'UPE' });
  });
});

describe("the proxy's own answers to gRPC", () => {
  const never: Serve = () => {
    throw new Error('nobody may get here');
  };
  const statusFor = async (options: PairOptions) => {
    const { pair, session } = await start(never, options);
    const stream = session.request(grpc);
    stream.end('\0\0\0\0\0');
    const { headers, body } = await answerOf(stream);
    expect(body).toBe('');
    expect(pair.logs.outbound[0]).toMatchObject({ response_code: 200 });
    return [headers[':status'], headers['content-type'], headers['grpc-status'], headers['grpc-message']];
  };

  it('are 200 with a status that gRPC knows: 404 UNIMPLEMENTED, 403 PERMISSION_DENIED, 503 UNAVAILABLE', async () => {
    expect(await statusFor({ route: { path: { type: 'prefix', prefix: '/elsewhere' } } })).toEqual([
      200,
      'application/grpc',
      '12',
      undefined,
    ]);
    expect(await statusFor({ route: { rbac: { type: 'names', names: ['nobody'] } } })).toEqual([
      200,
      'application/grpc',
      '7',
      'RBAC: access denied',
    ]);
    expect(await statusFor({ cluster: { endpoints: [] } })).toEqual([
      200,
      'application/grpc',
      '14',
      'no healthy upstream',
    ]);
  });
});
