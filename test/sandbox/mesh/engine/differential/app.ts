import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AnswerPlan } from './generated-request.ts';

/** What reached the app of one request: as node:http read it, which is not the parser under test. */
export interface Seen {
  method: string;
  url: string;
  headers: string[];
  body: string;
  trailers: string[];
  isComplete: boolean;
}

export interface RecordingApp {
  server: Server;
  /** By the id of the request. */
  seen: Map<string, Seen>;
}

export const digest = (content: Buffer): string =>
  `${content.length} bytes, ${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;

const lowerNames = (raw: readonly string[]) => raw.map((value, at) => (at % 2 === 0 ? value.toLowerCase() : value));

/** The same bytes wherever the same pieces are asked for. */
export const pieceOf = (size: number): Buffer => Buffer.alloc(size, 'meshwalk\r\n0\r\n\r\n');

function answer(request: IncomingMessage, response: ServerResponse, plan: AnswerPlan): void {
  if (plan.fate === 'dies-before') {
    request.socket.destroy();
    return;
  }
  if (plan.interim) response.writeEarlyHints({ link: '</style.css>; rel=preload' });
  const size = plan.pieces.reduce((sum, piece) => sum + piece, 0);
  const headers = plan.headers.flat();
  if (plan.framing === 'length') headers.push('Content-Length', String(size));
  if (plan.framing === 'until-close') {
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    headers.push('Connection', 'close');
  }
  response.sendDate = false;
  response.writeHead(plan.status, headers);
  if (plan.fate === 'dies-after-head') {
    response.flushHeaders();
    response.write('x', () => request.socket.destroy());
    return;
  }
  if (plan.trailers.length > 0) response.addTrailers(plan.trailers);
  for (const piece of plan.pieces) if (piece > 0) response.write(pieceOf(piece));
  response.end();
}

export function recordingApp(): RecordingApp {
  const seen = new Map<string, Seen>();
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    const plan = JSON.parse(Buffer.from(String(request.headers['x-answer']), 'base64url').toString()) as AnswerPlan;
    const chunks: Buffer[] = [];
    const note = (isComplete: boolean) =>
      seen.set(String(request.headers['x-case']), {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: lowerNames(request.rawHeaders),
        body: digest(Buffer.concat(chunks)),
        trailers: lowerNames(request.rawTrailers),
        isComplete,
      });
    note(false);
    response.on('error', () => {});
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      note(true);
      if (!plan.isEarly) answer(request, response, plan);
    });
    if (plan.isEarly) answer(request, response, plan);
  });
  server.on('clientError', (_, socket) => socket.destroy());
  return { server, seen };
}
