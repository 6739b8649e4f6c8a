import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { stateFolders } from '../progress/state-folders.ts';
import type { Findings } from '../words/en/findings.ts';
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

type DoctorWords = Findings['told']['doctor'];

export async function examine(profile: string, machine: Machine, words: DoctorWords): Promise<Finding[]> {
  const folders = stateFolders(profile, 'sandbox', machine.environment);
  return [
    { what: 'Node', status: 'good', saw: process.versions.node },
    terminal(machine, words),
    shell(machine, words),
    await kubectl(machine, words),
    stateFolder(folders.state, words),
    await port(lessonPort, words),
    await sandbox(folders.sandbox, words),
  ];
}

function terminal({ environment }: Machine, words: DoctorWords): Finding {
  const what = words.terminal;
  const { columns, rows, isTTY } = process.stdout;
  if (!isTTY || !process.stdin.isTTY) {
    return { what, status: 'note', saw: words.noneHere, next: words.withoutTerminal };
  }
  const saw = words.size(environment['TERM'] ?? words.unknownTerm, columns, rows);
  if (columns < smallest.columns || rows < smallest.rows) {
    return { what, status: 'bad', saw, next: words.enlarge(smallest.columns, smallest.rows) };
  }
  if (columns < roomy.columns || rows < roomy.rows) {
    const next = words.roomy(roomy.columns, roomy.rows);
    return { what, status: 'note', saw, next };
  }
  return { what, status: 'good', saw };
}

function findOnPath(name: string, { environment }: Machine): string | undefined {
  return learnerPath(environment)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

function shell(machine: Machine, words: DoctorWords): Finding {
  const bash = findOnPath('bash', machine);
  if (bash) return { what: 'Shell', status: 'good', saw: bash };
  const sh = findOnPath('sh', machine);
  if (sh) return { what: 'Shell', status: 'note', saw: words.noFunctions(sh) };
  return { what: 'Shell', status: 'bad', saw: words.noShell, next: words.installBash };
}

/** The sandbox speaks as Kubernetes 1.29 to 1.36 do; clients are promised one minor version of skew, ours reach further. */
const oldestMinor = 28;
const newestMinor = 36;

async function kubectl(machine: Machine, words: DoctorWords): Promise<Finding> {
  const what = 'kubectl';
  const file = findOnPath('kubectl', machine);
  if (!file) return { what, status: 'note', saw: words.noKubectl };
  const minor = await new Promise<number | undefined>((resolve) => {
    const env = { ...keptEnvironment(machine.environment), KUBECONFIG: '/nonexistent' };
    execFile(file, ['version', '--client', '-o', 'json'], { timeout: 5_000, env }, (_, stdout) => {
      const version = /"gitVersion":\s*"v1\.(\d+)/.exec(stdout);
      resolve(version ? Number(version[1]) : undefined);
    });
  });
  if (minor === undefined) return { what, status: 'note', saw: words.mute(file) };
  const saw = words.version(minor, file);
  if (minor < oldestMinor) return { what, status: 'note', saw: words.tooOld(saw) };
  if (minor > newestMinor) return { what, status: 'note', saw: words.tooNew(saw) };
  return { what, status: 'good', saw };
}

function stateFolder(folder: string, words: DoctorWords): Finding {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    return { what: words.state, status: 'good', saw: folder };
  } catch {
    return {
      what: words.state,
      status: 'bad',
      saw: words.notWritable(there),
      next: words.elsewhere,
    };
  }
}

async function port(number: number, words: DoctorWords): Promise<Finding> {
  const what = words.port(number);
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(number, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  if (isFree) return { what, status: 'good', saw: words.free };
  return {
    what,
    status: 'note',
    saw: words.taken,
    next: words.whoHasIt(number),
  };
}

async function sandbox(folder: string, words: DoctorWords): Promise<Finding> {
  const door = await findDoor(folder);
  if (!door) return { what: 'Sandbox', status: 'good', saw: words.notRunning };
  if (await answers(door)) return { what: 'Sandbox', status: 'good', saw: words.running(door.pid) };
  return {
    what: 'Sandbox',
    status: 'bad',
    saw: words.silent(door.pid),
    next: `kill -9 ${door.pid}`,
  };
}
