import { Duplex } from 'node:stream';
import { type ApiConnection, tlsOptions } from './connection.ts';

/**
 * One connection to a port inside a pod, over the WebSocket channels of the port-forward subresource
 * (`v4.channel.k8s.io`: channel 0 data, channel 1 error, each opened by two bytes with the port number).
 */
export async function portForwardStream(
  connection: ApiConnection,
  namespace: string,
  pod: string,
  port: number,
): Promise<Duplex> {
  const { WebSocket } = await import('ws');
  const url = `${connection.server.replace(/^http/, 'ws')}/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
  const socket = new WebSocket(url, 'v4.channel.k8s.io', {
    perMessageDeflate: false,
    ...tlsOptions(connection),
    ...(connection.token ? { headers: { authorization: `Bearer ${connection.token}` } } : {}),
  });
  socket.binaryType = 'nodebuffer';
  const opened = new Set<number>();
  const stream = new Duplex({
    read() {
      if (socket.isPaused) socket.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      socket.send(Buffer.concat([Buffer.from([0]), chunk]), done);
    },
    final(done) {
      done();
    },
    destroy(error, done) {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? 0;
    const payload = opened.has(channel) ? data.subarray(1) : data.subarray(3);
    opened.add(channel);
    if (payload.length === 0) return;
    if (channel === 1) stream.destroy(new Error(payload.toString('utf8').trim()));
    else if (!stream.push(payload)) socket.pause();
  });
  socket.on('close', () => stream.push(null));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', (error) => stream.destroy(error));
  return stream;
}

/** One HTTP request to a port inside a pod. */
export async function podRequest(
  connection: ApiConnection,
  pod: { namespace: string; name: string; port: number },
  path: string,
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const { request } = await import('node:http');
  const stream = await portForwardStream(connection, pod.namespace, pod.name, pod.port);
  try {
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        { path, method, host: 'localhost', headers: { connection: 'close' }, createConnection: () => stream },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            body += text;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
  } finally {
    stream.destroy();
  }
}

/** Listens on a port of this machine, on loopback, and carries each connection into the pod. Returns how to stop. */
export async function listenForPod(
  connection: ApiConnection,
  pod: { namespace: string; name: string; port: number },
  localPort: number,
): Promise<() => void> {
  const { createServer } = await import('node:net');
  const sockets = new Set<Duplex>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    portForwardStream(connection, pod.namespace, pod.name, pod.port).then(
      (stream) => {
        stream.on('error', () => socket.destroy());
        socket.on('close', () => stream.destroy());
        socket.pipe(stream).pipe(socket);
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(localPort, '127.0.0.1', resolve);
  });
  return () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
}
