import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { stateFolders } from '../progress/state-folders.ts';
import { keptEnvironment, learnerPath } from '../world/learner-environment.ts';
import { answers, findDoor } from '../world/sandbox-control.ts';
import type { Machine } from './compose.ts';

/** One thing about the machine. `note` is worth knowing and stops nothing. */
export interface Finding {
  what: string;
  status: 'good' | 'note' | 'bad';
  saw: string;
  next?: string;
}

/** Smallest screen on which a lesson can be read, and the smallest that shows all panes at once. */
const smallest = { columns: 40, rows: 12 };
const roomy = { columns: 60, rows: 20 };
/** The lessons forward this one. */
const lessonPort = 8081;

export async function examine(profile: string, machine: Machine): Promise<Finding[]> {
  const folders = stateFolders(profile, 'sandbox', machine.environment);
  return [
    { what: 'Node', status: 'good', saw: process.versions.node },
    terminal(machine),
    shell(machine),
    await kubectl(machine),
    stateFolder(folders.state),
    await port(lessonPort),
    await sandbox(folders.sandbox),
  ];
}

function terminal({ environment }: Machine): Finding {
  const what = 'Terminal';
  const { columns, rows, isTTY } = process.stdout;
  if (!isTTY || !process.stdin.isTTY) {
    return { what, status: 'note', saw: 'none here', next: 'Without a terminal: meshwalk run' };
  }
  const saw = `${environment['TERM'] ?? 'of an unknown kind'}, ${columns} columns and ${rows} rows`;
  if (columns < smallest.columns || rows < smallest.rows) {
    return { what, status: 'bad', saw, next: `Make the window at least ${smallest.columns} by ${smallest.rows}.` };
  }
  if (columns < roomy.columns || rows < roomy.rows) {
    const next = `${roomy.columns} by ${roomy.rows} shows lesson, output and check at once; here Tab opens one of them.`;
    return { what, status: 'note', saw, next };
  }
  return { what, status: 'good', saw };
}

function findOnPath(name: string, { environment }: Machine): string | undefined {
  return learnerPath(environment)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

function shell(machine: Machine): Finding {
  const bash = findOnPath('bash', machine);
  if (bash) return { what: 'Shell', status: 'good', saw: bash };
  const sh = findOnPath('sh', machine);
  if (sh) return { what: 'Shell', status: 'note', saw: `${sh}; functions are not kept between commands` };
  return { what: 'Shell', status: 'bad', saw: 'neither bash nor sh', next: 'Install bash.' };
}

/** The sandbox speaks as Kubernetes 1.29 to 1.36 do; clients are promised one minor version of skew, ours reach further. */
const oldestMinor = 28;
const newestMinor = 36;

async function kubectl(machine: Machine): Promise<Finding> {
  const what = 'kubectl';
  const file = findOnPath('kubectl', machine);
  if (!file) return { what, status: 'note', saw: 'not installed; the sandbox brings its own' };
  const minor = await new Promise<number | undefined>((resolve) => {
    const env = { ...keptEnvironment(machine.environment), KUBECONFIG: '/nonexistent' };
    execFile(file, ['version', '--client', '-o', 'json'], { timeout: 5_000, env }, (_, stdout) => {
      const version = /"gitVersion":\s*"v1\.(\d+)/.exec(stdout);
      resolve(version ? Number(version[1]) : undefined);
    });
  });
  if (minor === undefined)
    return { what, status: 'note', saw: `${file} does not tell its version; the sandbox brings its own` };
  const saw = `1.${minor} at ${file}`;
  if (minor < oldestMinor) return { what, status: 'note', saw: `${saw}; too old, the sandbox brings its own` };
  if (minor > newestMinor) return { what, status: 'note', saw: `${saw}; newer than any we tried` };
  return { what, status: 'good', saw };
}

function stateFolder(folder: string): Finding {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    return { what: 'State', status: 'good', saw: folder };
  } catch {
    return {
      what: 'State',
      status: 'bad',
      saw: `${there} cannot be written`,
      next: 'Keep it elsewhere: MESHWALK_HOME=/another/folder meshwalk',
    };
  }
}

async function port(number: number): Promise<Finding> {
  const what = `Port ${number}`;
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(number, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  if (isFree) return { what, status: 'good', saw: 'free' };
  return {
    what,
    status: 'note',
    saw: 'taken; a lesson forwards it',
    next: `See who has it: ss -ltnp 'sport = :${number}'   (or edit the command with e and take another port)`,
  };
}

async function sandbox(folder: string): Promise<Finding> {
  const door = await findDoor(folder);
  if (!door) return { what: 'Sandbox', status: 'good', saw: 'does not run; it starts with the lessons' };
  if (await answers(door)) return { what: 'Sandbox', status: 'good', saw: `runs (process ${door.pid})` };
  return {
    what: 'Sandbox',
    status: 'bad',
    saw: `process ${door.pid} does not answer`,
    next: `kill -9 ${door.pid}`,
  };
}
