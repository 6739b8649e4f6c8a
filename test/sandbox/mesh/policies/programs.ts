import { createServer, type RequestListener } from 'node:http';
import type { ImageProgram } from '../../../../src/sandbox/node/program.ts';
import { untilStopped } from '../mesh-cluster.ts';

/** HTTP servers on port 14001 that fail or wait as tests of retries and limits want it. */
const server = (name: string, answer: () => RequestListener): ImageProgram => ({
  repositories: [`test/${name}`],
  sizeBytes: 1,
  entrypoint: [`/${name}`],
  async run(context) {
    const http = createServer(answer());
    const listening = await context.sockets.listen(14001, ({ socket }) => http.emit('connection', socket));
    await untilStopped(context);
    listening.close();
    http.closeAllConnections();
    return 0;
  },
});

/** `/fail/<n>/<id>` answers 503 to the first n requests of that id and 200 to the next. */
const flaky = server('flaky', () => {
  const seen = new Map<string, number>();
  return (request, response) => {
    const [, failures = '0'] = /^\/fail\/(\d+)\//.exec(request.url ?? '') ?? [];
    const before = seen.get(request.url ?? '') ?? 0;
    seen.set(request.url ?? '', before + 1);
    response.writeHead(before < Number(failures) ? 503 : 200).end(`try ${before + 1}`);
  };
});

/** Holds every answer back until `/release` is asked for; `/silent` is never answered. */
const patient = server('patient', () => {
  let held: (() => void)[] = [];
  return (request, response) => {
    if (request.url === '/silent') return;
    if (request.url?.startsWith('/hold')) {
      held.push(() => response.end('held'));
      return;
    }
    if (request.url === '/release') {
      for (const release of held) release();
      held = [];
    }
    response.end(String(held.length));
  };
});

export const limitPrograms = [flaky, patient];
