import type { Socket } from 'node:net';
import type { ContainerContext, ImageProgram } from '../program.ts';
import { consoleLog } from './console-log.ts';
import { endedBySigterm, untilStopped } from './go-server.ts';

/** The two TCP echo servers of service mesh demos: OSM's own, and Istio's, which OSM's older pages use. They echo lines. */
async function serveLines(
  context: ContainerContext,
  port: number,
  answer: (line: string, socket: Socket) => void,
): Promise<() => void> {
  const open = new Set<Socket>();
  const listener = await context.sockets.listen(port, ({ socket }) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest = '';
    socket.on('data', (bytes: Buffer) => {
      rest += bytes.toString('latin1');
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(line, socket);
      // A line that never ends is nobody's echo.
      if (rest.length > longestLine) socket.destroy();
    });
    socket.on('end', () => socket.end());
  });
  return () => {
    listener.close();
    for (const socket of open) socket.destroy();
  };
}

const longestLine = 1 << 20;

/** Go's flag package takes `-port 9000`, `--port=9000`. */
function goFlag(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg.replace(/^--?/, '').split('=')[0] === name);
  if (at < 0) return undefined;
  const [, ...value] = (args[at] ?? '').split('=');
  return value.length > 0 ? value.join('=') : args[at + 1];
}

export const osmTcpEcho: ImageProgram = {
  repositories: ['openservicemesh/tcp-echo-server'],
  sizeBytes: 9_500_000,
  entrypoint: ['/tcp-echo-server'],
  async run(context) {
    const log = consoleLog(context, 'tcp-echo-server');
    const port = Number(goFlag(context.argv.slice(1), 'port') ?? 9090);
    const answer = (line: string, socket: Socket) => {
      log.info(`Received request: [${line}]`, 'tcp-echo-server.go:59');
      const response = `echo response: ${line}\n`;
      socket.write(response, 'latin1');
      log.info(`Response sent: [${response}]`, 'tcp-echo-server.go:66');
    };
    try {
      const close = await serveLines(context, port, answer);
      log.info(`Server listening on address ":${port}"`, 'tcp-echo-server.go:36');
      await untilStopped(context.signal);
      close();
      return endedBySigterm;
    } catch (error) {
      const why = `listen tcp :${port}: bind: ${(error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'address already in use' : String(error)}`;
      log.fatal(`Error creating TCP listener on address ":${port}"`, 'tcp-echo-server.go:34', why);
      return 1;
    }
  },
};

/** `tcp-echo 9000,9001 prefix`. */
export const istioTcpEcho: ImageProgram = {
  repositories: ['istio/tcp-echo-server'],
  sizeBytes: 2_900_000,
  entrypoint: ['/bin/tcp-echo'],
  cmd: ['9000', 'hello'],
  async run(context) {
    const [ports, prefix] = context.argv.slice(1);
    if (ports === undefined || prefix === undefined) {
      context.stderr('usage: tcp-echo <ports> <prefix>\n');
      return 1;
    }
    const closes: (() => void)[] = [];
    for (const text of ports.split(',')) {
      const answer = (line: string, socket: Socket) => {
        context.stdout(`request: ${line}\n`);
        socket.write(`${prefix} ${line}\n`, 'latin1');
        context.stdout(`response: ${prefix} ${line}\n`);
      };
      closes.push(await serveLines(context, Number(text), answer));
      context.stdout(`listening on [::]:${text}, prefix: ${prefix}\n`);
    }
    await untilStopped(context.signal);
    for (const close of closes) close();
    return endedBySigterm;
  },
};
