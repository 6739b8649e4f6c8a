import type { OutsideHost } from '../network/beyond-cluster.ts';

/** Sends back every byte on port 9000; on 9001 it speaks first, as a database would. */
export const tcpEcho: OutsideHost = {
  async start(listen) {
    await listen(9000, ({ socket }) => void socket.pipe(socket));
    await listen(9001, ({ socket }) => {
      socket.write('220 tcp-echo.example.net ready\n');
      socket.pipe(socket);
    });
  },
};
