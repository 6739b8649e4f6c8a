// The built program as a child process, with its state in a folder of its own.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const entry = join(root, 'dist/meshwalk.cjs');

export const serverFile = join(root, 'dist/server.js');

let isBuilt = false;

/** Once per test file; builds nothing when dist/ is fresh. */
export function build(): void {
  if (isBuilt) return;
  isBuilt = true;
  execFileSync(process.execPath, [join(root, 'esbuild.config.mjs'), '--if-stale'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Somebody else than the test's own user, or with an environment beyond the usual. */
interface Who {
  uid?: number;
  /** Undefined takes a variable away. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export function start(
  home: string,
  args: readonly string[],
  { uid, environment }: Who = {},
): ChildProcessWithoutNullStreams {
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' };
  const env = { ...own, ...environment };
  return spawn(process.execPath, [entry, ...args], { env, cwd: home, ...(uid !== undefined && { uid }) });
}

export async function meshwalk(home: string, args: readonly string[], who: Who = {}) {
  const child = start(home, args, who);
  child.stdin.end();
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, out, err };
}
