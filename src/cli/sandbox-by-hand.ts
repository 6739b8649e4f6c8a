import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { faultOf } from '../fault.ts';
import { sleep, systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { stateFolders } from '../progress/state-folders.ts';
import { keptEnvironment } from '../world/learner-environment.ts';
import { answers, findDoor, isRunning, playScenario, type SandboxDoor } from '../world/sandbox-control.ts';
import { readServerLine } from '../world/server-line.ts';
import type { SandboxOptions } from './options.ts';
import { loadTold, type Subcommand } from './subcommand.ts';

/** What `meshwalk sandbox start|stop|status|env` do. */
const stopMs = 10_000;

const folderOf = ({ profile }: SandboxOptions, { machine }: Subcommand): string =>
  stateFolders(profile, 'sandbox', machine.environment).sandbox;

export async function startSandbox(options: SandboxOptions, subcommand: Subcommand): Promise<void> {
  const { machine } = subcommand;
  const { sandbox: told } = await loadTold(machine);
  const folder = folderOf(options, subcommand);
  const running = await findDoor(folder);
  if (running) {
    machine.out(told.runsAlready(running.pid));
    if (options.azureScenario !== undefined) await playScenario(running, options.azureScenario);
    return;
  }
  ensurePrivateFolder(folder);
  const server = join(machine.root, 'dist', 'server.js');
  // A session of its own, so that it outlives this terminal.
  const scenario = options.azureScenario === undefined ? [] : ['--azure-scenario', options.azureScenario];
  const child = spawn(process.execPath, [server, '--folder', folder, '--pace', options.pace, '--stay', ...scenario], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: keptEnvironment(machine.environment),
    cwd: folder,
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('close', (code) => reject(faultOf('sandbox.ended', code ?? 0)));
  });
  const said = readServerLine(JSON.parse(line));
  if (said?.type === 'fault') throw said.fault;
  child.stdout.destroy();
  child.unref();
  machine.out(told.runsUntil(child.pid ?? 0));
  machine.out(told.reach);
}

export async function stopSandbox(options: SandboxOptions, subcommand: Subcommand): Promise<void> {
  const { machine, signal } = subcommand;
  const { sandbox: told } = await loadTold(machine);
  const door = await findDoor(folderOf(options, subcommand));
  if (!door) {
    machine.out(told.none);
    return;
  }
  await ask(door, 'POST', '/stop');
  const until = systemClock.now() + stopMs;
  while (isRunning(door)) {
    if (systemClock.now() > until) {
      throw faultOf('sandbox.stuck', door.pid);
    }
    await sleep(systemClock, 50, signal);
  }
  machine.out(told.stopped);
}

export async function showSandbox(options: SandboxOptions, subcommand: Subcommand): Promise<void> {
  const { machine } = subcommand;
  const { sandbox: told } = await loadTold(machine);
  const folder = folderOf(options, subcommand);
  const door = await findDoor(folder);
  const isUp = door !== undefined && (await answers(door));
  const details = isUp ? await ask(door, 'GET', '/status') : undefined;
  if (options.json) machine.out(JSON.stringify({ running: isUp, pid: door?.pid, folder, ...asObject(details) }));
  else if (isUp) machine.out(told.runs(door.pid, folder));
  else if (existsSync(folder)) machine.out(told.kept(folder));
  else machine.out(told.never);
  if (!isUp) subcommand.exit(1);
}

export async function printEnvironment(options: SandboxOptions, subcommand: Subcommand): Promise<void> {
  const folder = folderOf(options, subcommand);
  const { out, err } = subcommand.machine;
  const { sandbox: told } = await loadTold(subcommand.machine);
  // Beside what the shell reads: the lines are right, but nobody listens yet.
  if (!(await findDoor(folder))) err(told.notNow);
  out(`export KUBECONFIG=${quote(join(folder, 'kubeconfig'))}`);
  out(`export AZURE_CONFIG_DIR=${quote(join(folder, 'azure'))}`);
  out(`export PATH=${quote(join(folder, 'bin'))}:"$PATH"`);
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

async function ask(door: SandboxDoor, method: string, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${door.token}` };
  const response = await fetch(door.url + path, { method, headers, signal: AbortSignal.timeout(5_000) });
  return await response.json();
}
