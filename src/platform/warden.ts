import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A tiny process that outlives us by a moment: it holds the end of a pipe, and when we are gone, however we went,
 * it ends the process groups that we had registered. Knows numbers only.
 */
// `kill -s`, because dash takes a negative number only after this form.
const script = `
trap '' INT TERM HUP QUIT
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
for wait in 1 2; do
  left=
  for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && left=1; done
  [ -n "$left" ] || exit 0
  sleep 1
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
`;

export class Warden {
  readonly #process: ChildProcess;

  constructor() {
    // A session of its own: a signal to our terminal's group must not reach it.
    this.#process = spawn('/bin/sh', ['-c', script], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
    });
    this.#process.on('error', () => {});
    this.#process.stdin?.on('error', () => {});
    this.#process.unref();
    // A pipe's socket has unref, though ChildProcess types it as a plain stream.
    const pipe = this.#process.stdin;
    if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Written before the group may do anything, so that no group is ever without a warden. */
  add(group: number): void {
    this.#process.stdin?.write(`+ ${group}\n`);
  }

  remove(group: number): void {
    this.#process.stdin?.write(`- ${group}\n`);
  }

  /** Ends the warden, and with it every group still registered. */
  close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.pid === undefined) return Promise.resolve();
    const exited = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.ref();
    this.#process.stdin?.end();
    return exited;
  }
}
