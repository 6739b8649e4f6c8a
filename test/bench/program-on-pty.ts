import { spawn } from '@lydell/node-pty';

/** What a dark xterm says when it is asked for its background and its attributes; every terminal answers the latter. */
export const whoAreYou = '\u001b[c';
export const terminalAnswers = '\u001b]11;rgb:0000/0000/0000\u001b\\\u001b[?1;2c';

/** Starts a program on a pseudo terminal of 80×24 and tells when its output first satisfies `isThere`; then ends it. */
export function untilSeen(
  args: readonly string[],
  environment: Record<string, string>,
  isThere: (output: string) => boolean,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const pty = spawn(process.execPath, [...args], {
      cols: 80,
      rows: 24,
      cwd: environment['HOME'] ?? '/',
      env: environment,
    });
    let output = '';
    let seenMs: number | undefined;
    pty.onData((data) => {
      output += data;
      if (data.includes(whoAreYou)) pty.write(terminalAnswers);
      if (seenMs !== undefined || !isThere(output)) return;
      seenMs = performance.now() - start;
      pty.kill('SIGTERM');
    });
    pty.onExit(() => {
      if (seenMs === undefined) reject(new Error(`it ended before it was seen: ${JSON.stringify(output.slice(-500))}`));
      else resolve(seenMs);
    });
  });
}

/** How long an empty Node takes from start to end on the same kind of terminal. */
export function emptyNode(environment: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const start = performance.now();
    const pty = spawn(process.execPath, ['-e', '0'], { cols: 80, rows: 24, cwd: '/', env: environment });
    pty.onExit(() => resolve(performance.now() - start));
  });
}
