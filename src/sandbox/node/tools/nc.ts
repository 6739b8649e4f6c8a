import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Process, Tool } from '../processes/process.ts';
import { complain, getopt, UsageError } from './options.ts';

const errnoTexts: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'Host is unreachable',
  EADDRINUSE: 'Address in use',
};

export const errnoText = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return errnoTexts[code] ?? (code || String(error));
};

/** Standard input goes out, what comes back goes to standard output; the peer's end is the end. */
async function join(process: Process, socket: Socket, waitMs: number | undefined): Promise<number> {
  let failure: NodeJS.ErrnoException | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  const over = once(socket, 'close').catch(() => {});
  const cancel = waitMs === undefined ? () => {} : process.system.clock.after(waitMs, () => socket.destroy());
  const send = async () => {
    for (let bytes = await process.stdin.read(); bytes && !socket.destroyed; bytes = await process.stdin.read()) {
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), over]);
    }
    socket.end();
  };
  // A peer that goes away while it is written to shows as the end of the connection.
  void send().catch(() => socket.destroy());
  try {
    for await (const chunk of socket) await process.stdout.write(chunk as Buffer);
  } catch (error) {
    failure ??= error as NodeJS.ErrnoException;
  }
  await over;
  cancel();
  process.stdin.cancel();
  return failure && failure.code !== 'ERR_STREAM_PREMATURE_CLOSE'
    ? complain(process, `read: ${errnoText(failure)}`)
    : 0;
}

async function listen(process: Process, port: number): Promise<number> {
  const accepted = Promise.withResolvers<Socket>();
  try {
    const listener = await process.sockets.listen(port, ({ socket }) => accepted.resolve(socket));
    const socket = await accepted.promise;
    listener.close();
    return await join(process, socket, undefined);
  } catch (error) {
    return complain(process, `bind: ${errnoText(error)}`);
  }
}

/** busybox's netcat: `nc host port`, `nc -z`, `nc -l -p port`. TCP only. */
export const nc: Tool = {
  async run(process) {
    const { flags, values, operands } = getopt(process.argv.slice(1), 'lnvzp:w:i:');
    if (flags.has('l')) {
      const port = Number(values.get('p') ?? operands.at(-1));
      if (!Number.isInteger(port) || port < 1 || port > 65535) throw new UsageError(`bad port '${values.get('p')}'`);
      return listen(process, port);
    }
    const [host = '', portText = ''] = operands;
    const port = Number(portText);
    if (operands.length !== 2) throw new UsageError('a host and a port are wanted');
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw new UsageError(`bad port '${portText}'`);
    let ip: string;
    try {
      ip = (await process.sockets.resolve(host))[0] ?? host;
    } catch {
      return complain(process, `bad address '${host}'`);
    }
    const waitMs = values.has('w') ? Number(values.get('w')) * 1000 : undefined;
    try {
      const socket = await process.sockets.connect(ip, port);
      if (flags.has('v')) await process.stderr.write(`${host} (${ip}:${port}) open\n`);
      if (!flags.has('z')) return await join(process, socket, waitMs);
      socket.destroy();
      return 0;
    } catch (error) {
      return complain(process, `can't connect to remote host (${ip}): ${errnoText(error)}`);
    }
  },
};
