import { createServer } from 'node:http';
import type { ZipkinSpan } from '../../../../src/sandbox/mesh/tracing/zipkin-span.ts';
import type { ContainerContext } from '../../../../src/sandbox/node/program.ts';

/** A collector that keeps what it was sent, word for word. */
export interface Collector {
  spans: ZipkinSpan[];
  posts: { path: string; host: string; type: string; size: number }[];
  /** Answers with this status from now on. */
  answerWith(status: number): void;
}

export async function collectSpans({ sockets }: ContainerContext, port: number): Promise<Collector> {
  let status = 202;
  const collector: Collector = {
    spans: [],
    posts: [],
    answerWith(next) {
      status = next;
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const spans = JSON.parse(Buffer.concat(chunks).toString()) as ZipkinSpan[];
      collector.spans.push(...spans);
      collector.posts.push({
        path: request.url ?? '',
        host: request.headers.host ?? '',
        type: request.headers['content-type'] ?? '',
        size: spans.length,
      });
      response.writeHead(status).end();
    });
  });
  await sockets.listen(port, ({ socket }) => server.emit('connection', socket));
  return collector;
}
