import type { Socket } from 'node:net';
import type { GeneratedRequest, Scenario } from './generated-request.ts';
import { AnswerReader, type Got } from './responses.ts';

export interface Outcome {
  got: Got[];
  /** The other side ended the connection. */
  isClosed: boolean;
  /** Bytes that were no answer to anything asked. */
  rest: number;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Plays a scenario on a connection: writes its bytes in its cuts, reads answers, ends when all are there. */
export async function play({ requests, isPipelined, cuts, leavesEarly }: Scenario, socket: Socket): Promise<Outcome> {
  const reader = new AnswerReader(requests.map(({ method }) => method));
  let [isClosed, cut] = [false, 0];
  let wake = () => {};
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    wake();
  });
  socket.once('close', () => {
    isClosed = true;
    reader.close();
    wake();
  });
  const until = async (isReached: () => boolean) => {
    while (!isClosed && !isReached()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const send = async (bytes: Buffer) => {
    for (let at = 0; at < bytes.length && !isClosed; ) {
      const size = Math.min(bytes.length - at, cuts[cut++ % cuts.length] ?? bytes.length);
      socket.write(bytes.subarray(at, at + size));
      at += size;
      if (at < bytes.length) await nextTurn();
    }
  };
  const ask = async (request: GeneratedRequest, at: number) => {
    await send(request.head);
    if (request.awaitsContinue) await until(() => reader.hasContinue || reader.got.length > at);
    await send(request.body);
    await until(() => reader.got.length > at);
  };
  if (leavesEarly) {
    const all = Buffer.concat(requests.flatMap(({ head, body }) => [head, body]));
    await send(all.subarray(0, Math.floor(all.length * 0.9)));
    socket.destroy();
  } else if (isPipelined) {
    await send(Buffer.concat(requests.flatMap(({ head, body }) => [head, body])));
    await until(() => reader.isDone);
  } else {
    for (const [at, request] of requests.entries()) await ask(request, at);
  }
  const outcome = { got: reader.got, isClosed, rest: reader.rest };
  socket.destroy();
  return outcome;
}
