// Lesson 5 forwards port 8081, as its text says; tests that walk it at the same time take turns.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Held by listening, so that the port of a test that died is free again. */
const gate = 48081;

/** Resolves once port 8081 is this test's; call what it gives to let the next one in. */
export async function takePagePort(): Promise<() => Promise<void>> {
  for (;;) {
    const waiting = new Set<Socket>();
    const server = createServer((socket) => void waiting.add(socket.on('error', () => {})));
    const isMine = await new Promise<boolean>((resolve, reject) => {
      server.once('listening', () => resolve(true));
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      );
      server.listen(gate, '127.0.0.1');
    });
    if (isMine) {
      return async () => {
        server.close();
        for (const socket of waiting) socket.destroy();
        await once(server, 'close');
      };
    }
    await holderLeft();
  }
}

/** A connection to whoever holds the gate ends when it lets go of it, and when it dies. */
function holderLeft(): Promise<void> {
  return new Promise((resolve) => {
    connect(gate, '127.0.0.1')
      .on('error', () => {})
      .once('close', () => resolve());
  });
}
