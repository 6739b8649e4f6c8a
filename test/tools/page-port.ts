// Lesson 5 forwards port 8081, as its text says; tests that walk it at the same time take turns.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Held by listening, so that the port of a test that died is free again. */
const gate = 48081;

/** Resolves once port 8081 is this test's; call what it gives to let the next one in. */
export async function takePagePort(): Promise<() => Promise<void>> {
  for (;;) {
    const server = createServer();
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
        await once(server, 'close');
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
