import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from '../../src/check/check.ts';
import { checkKinds } from '../../src/check/registry.ts';
import { runCheck } from '../../src/check/run-check.ts';
import { probeOf } from '../../src/cli/evidence.ts';
import type { Command, Task } from '../../src/lesson/lesson.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { findings } from '../../src/words/en/findings.ts';
import { createWorld } from '../../src/world/registry.ts';
import type { World } from '../../src/world/world.ts';
import { freePort } from '../walk/course.ts';

const momentMs = 4_000;
const root = join(import.meta.dirname, '../..');

export interface CommandEnd {
  code: number | 'timeout';
  output: string;
}

/**
 * A sandbox whose whole state can be put away and brought back, and a course folder of its own. Runs
 * commands and looks at conditions as the program does, but waits no longer than it is told to.
 */
export class Lab {
  readonly course: string;
  readonly #folder: string;
  readonly #path: string;
  #world: World | undefined;
  readonly #taken = new Map<string, boolean>();
  /** In whole seconds, as Kubernetes tells times. */
  #startedAt = 0;
  readonly #background = new Set<ReturnType<typeof spawn>>();

  /** `kubectl`: the folder of a real one. */
  constructor(folder: string, kubectl: string) {
    this.#folder = folder;
    this.#path = [kubectl, process.env['PATH']].join(':');
    this.course = join(folder, 'course');
    for (const part of ['lessons', 'manifests']) cpSync(join(root, part), join(this.course, part), { recursive: true });
  }

  /** Starts on a copy of a snapshot, or on nothing. */
  async start(snapshot?: string): Promise<void> {
    await this.stop();
    this.#taken.clear();
    const state = this.#stateFolder;
    rmSync(state, { recursive: true, force: true });
    if (snapshot && existsSync(snapshot)) {
      cpSync(snapshot, state, { recursive: true });
      movePort(state, await freePort());
    } else mkdirSync(state, { recursive: true, mode: 0o700 });
    this.#startedAt = Math.floor(Date.now() / 1_000) * 1_000;
    this.#world = createWorld('sandbox', {
      folder: state,
      workingFolder: this.course,
      serverFile: join(root, 'dist', 'server.js'),
      // At instant pace the demo's clients keep a core busy each; many sandboxes run beside each other here.
      pace: 'brisk',
      learner: { PATH: this.#path, HOME: this.#folder, LANG: 'C.UTF-8' },
    });
    await this.#world.prepare(() => {});
  }

  /** Puts the state away as it is. */
  async snapshot(to: string): Promise<void> {
    await this.stop();
    rmSync(to, { recursive: true, force: true });
    cpSync(this.#stateFolder, to, { recursive: true });
  }

  /** The ports they forward are free when this resolves. */
  async endBackground(): Promise<void> {
    const ended = [...this.#background].map(
      (child) =>
        child.exitCode !== null || child.signalCode !== null || new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const child of this.#background) killGroup(child);
    this.#background.clear();
    await Promise.all(ended);
  }

  async stop(): Promise<void> {
    await this.endBackground();
    await this.#world?.close();
    this.#world = undefined;
  }

  writeManifest(file: string, text: string): void {
    writeFileSync(join(this.course, file), text);
  }

  restoreManifest(file: string): void {
    cpSync(join(root, file), join(this.course, file));
  }

  /** Until every pod runs again since this start, and the mesh answers, so that what is seen is not the restart. */
  async settle(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      if ((await this.#meshAnswers()) && (await this.#podsRunAgain())) return;
    }
  }

  /** What a starting cluster tells of its pods was true before the start, so their own times are asked. */
  async #podsRunAgain(): Promise<boolean> {
    const state = '{.ready} {.state.running.startedAt}{"\\n"}';
    const query = `{range .items[*].status.containerStatuses[*]}${state}{end}`;
    const { output } = await this.run(`kubectl get pods -A -o jsonpath='${query}' 2>/dev/null`, 5_000);
    const lines = output.split('\n').filter((line) => line !== '');
    return lines.every((line) => {
      const [ready, startedAt] = line.split(' ');
      return ready === 'true' && Date.parse(startedAt ?? '') >= this.#startedAt;
    });
  }

  /** The validating webhook is asked for a TrafficTarget, where there is a mesh that would be. */
  async #meshAnswers(): Promise<boolean> {
    const { code, output } = await this.run('kubectl apply --dry-run=server -f manifests/access/bookbuyer.yaml', 5_000);
    return code === 0 || !/webhook|refused/.test(output) || /no configuration|localhost:8080/.test(output);
  }

  /** Whether a command that changes nothing succeeds on the course as it is; asked once per start. */
  async takes(dryRun: string): Promise<boolean> {
    const known = this.#taken.get(dryRun) ?? (await this.run(dryRun, 10_000)).code === 0;
    this.#taken.set(dryRun, known);
    return known;
  }

  run(script: string, timeoutMs: number): Promise<CommandEnd> {
    const child = this.#spawn(script);
    let output = '';
    child.stdout?.on('data', (bytes) => (output += bytes));
    child.stderr?.on('data', (bytes) => (output += bytes));
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        killGroup(child);
        resolve({ code: 'timeout', output });
      }, timeoutMs);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code: code ?? -1, output });
      });
    });
  }

  /**
   * Beside everything else until the world stops. It stands when it says its first word on stdout (a port-forward names its
   * address there); the limit is for one that says none.
   */
  async runBeside(script: string, limitMs: number): Promise<CommandEnd> {
    const child = this.#spawn(script);
    this.#background.add(child);
    let output = '';
    child.stdout?.on('data', (bytes) => (output += bytes));
    child.stderr?.on('data', (bytes) => (output += bytes));
    return new Promise((resolve) => {
      const stands = () => resolve({ code: 0, output });
      const timer = setTimeout(stands, limitMs);
      child.stdout?.once('data', stands);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code: code ?? -1, output });
      });
    });
  }

  /**
   * Looks until all conditions hold, patience ends, or one is wrong, which time does not mend; what was done is given a
   * moment to come about. Questions are answered right.
   */
  async look(task: Task, since: number, patienceMs: number): Promise<Map<string, CheckResult | undefined>> {
    const conditions = task.check?.conditions ?? [];
    const world = this.#world;
    if (!world) throw new Error('no world runs');
    const answers = Object.fromEntries(task.questions.map(({ id, answer }) => [id, answer]));
    const signal = new AbortController().signal;
    const memory = new Map<string, unknown>();
    const look = (patience: number) =>
      runCheck({
        conditions,
        kinds: checkKinds,
        probe: probeOf({ world, clock: systemClock, findings }, { since, answers, signal }),
        memory,
        patienceMs: patience,
        onResult: () => {},
      });
    const soon = await look(Math.min(patienceMs, momentMs));
    const isDecided = [...soon.values()].some(({ status }) => status === 'wrong');
    const isOver = conditions.every(({ id }) => soon.get(id)?.status === 'passed');
    const results = isDecided || isOver ? soon : await look(patienceMs);
    return new Map(conditions.map(({ id }) => [id, results.get(id)]));
  }

  get #stateFolder(): string {
    return join(this.#folder, 'sandbox');
  }

  #spawn(script: string) {
    const env = this.#world?.environment() ?? {};
    return spawn('/bin/bash', ['-c', script], {
      cwd: this.course,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

function killGroup({ pid }: ReturnType<typeof spawn>): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Copies of one snapshot run beside each other, so each needs a port of its own. */
function movePort(state: string, port: number): void {
  const kubeconfig = join(state, 'kubeconfig');
  const old = existsSync(kubeconfig) ? /127\.0\.0\.1:(\d+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] : undefined;
  if (old === undefined) return;
  const identities = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('identity.json'),
  );
  const replace = (name: string, from: RegExp, to: string) => {
    const text = readFileSync(join(state, name), 'utf8');
    writeFileSync(join(state, name), text.replaceAll(from, to));
  };
  replace('kubeconfig', new RegExp(`127\\.0\\.0\\.1:${old}\\b`, 'g'), `127.0.0.1:${port}`);
  for (const name of identities) replace(name, new RegExp(`"port": ?${old}\\b`, 'g'), `"port":${port}`);
}

/** What a learner has to run for the task: reading commands show things, and no condition hangs on them. */
export const actingCommands = (task: Task): Command[] => {
  const authored = task.solution.filter((command) => !task.commands.includes(command));
  const commands = authored.length > 0 ? authored : task.commands;
  return commands.filter(({ effect, background, optional }) => !optional && (effect !== 'reads' || background));
};
