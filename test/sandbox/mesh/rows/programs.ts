import { createServer } from 'node:http';
import type { ContainerContext, ImageProgram } from '../../../../src/sandbox/node/program.ts';
import { untilStopped } from '../mesh-cluster.ts';

/** Programs that rows need beside those of mesh-cluster.ts. */
const program = (name: string, run: (context: ContainerContext) => Promise<() => void>): ImageProgram => ({
  repositories: [`test/${name}`],
  sizeBytes: 1,
  entrypoint: [`/${name}`],
  async run(context) {
    const stop = await run(context);
    await untilStopped(context);
    stop();
    return 0;
  },
});

/** Speaks first, as MySQL does, and then echoes. */
const greeter = program('greeter', async ({ sockets }) => {
  const listening = await sockets.listen(9000, ({ socket }) => {
    socket.write('hello, who are you?');
    socket.pipe(socket);
  });
  return () => listening.close();
});

/** An HTTP server that listens on the pod's own address alone. */
const shy = program('shy', async ({ sockets }) => {
  const server = createServer((_, response) => response.end('from the pod IP'));
  const listening = await sockets.listen(14001, ({ socket }) => server.emit('connection', socket), {
    host: sockets.podIp,
  });
  return () => {
    listening.close();
    server.closeAllConnections();
  };
});

/** Answers with the status that the path names. */
const status = program('status', async ({ sockets, pod }) => {
  const server = createServer((request, response) => {
    response.writeHead(Number(request.url?.slice(1) ?? 200) || 200, { Identity: pod.name, 'X-Mixed-Case': 'Kept' });
    response.end();
  });
  const listening = await sockets.listen(14001, ({ socket }) => server.emit('connection', socket));
  return () => {
    listening.close();
    server.closeAllConnections();
  };
});

export const rowPrograms = [greeter, shy, status];
