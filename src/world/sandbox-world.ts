import { rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Fault, faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep, systemClock } from '../platform/clock.ts';
import type { Pace } from '../sandbox/pace.ts';
import { connectAzure } from './azure-client.ts';
import { KubeAccess } from './kube-access.ts';
import { findKubectl, keptEnvironment, learnerPath } from './learner-environment.ts';
import {
  answers,
  findDoor,
  isRunning,
  noticesOf,
  readAzureAccess,
  resetSandbox,
  type SandboxDoor,
} from './sandbox-control.ts';
import { sandboxSnapshots } from './sandbox-snapshots.ts';
import { readServerLine } from './server-line.ts';
import { ServerProcess } from './server-process.ts';
import type { WorldSnapshots } from './snapshots.ts';
import type { AzureClient, PrepareStep, World, WorldDescription } from './world.ts';

/**
 * The embedded cluster as a World: starts its process, keeps it running, and makes an environment from which nothing
 * but the sandbox can be reached. It does not know what the process simulates.
 */
/** The process died and is back, or stays away, or found damaged state and says so in sentences of its own. */
export type WorldTrouble =
  | { type: 'restarted' }
  | { type: 'given-up'; fault: Fault }
  | { type: 'noticed'; sentences: readonly string[] };

export interface SandboxWorldOptions {
  /** Holds all that the sandbox keeps, and the kubeconfig of the learner's commands. */
  folder: string;
  workingFolder: string;
  /** The sandbox's program: server.js beside the running bundle. */
  serverFile: string;
  pace: Pace;
  /** The environment that the program was started with. */
  learner: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  onTrouble?(trouble: WorldTrouble): void;
}

/** How long a process of an earlier run, that lost its pipe, may take to end before we join it instead. */
const leavingMs = 1_500;
const lockedMs = 6_000;

export function createSandboxWorld(options: SandboxWorldOptions): World {
  return new SandboxWorld(options);
}

class SandboxWorld implements World {
  readonly kind = 'sandbox';
  readonly workingFolder: string;
  readonly snapshots: WorldSnapshots;
  readonly #options: SandboxWorldOptions;
  readonly #clock: Clock;
  readonly #process: ServerProcess;
  readonly #kube: KubeAccess;
  /** A sandbox that somebody else started (`meshwalk sandbox start`): used, and left running. */
  #joined: SandboxDoor | undefined;
  #ownsKubectl = true;
  /** Whoever still looks after the end must not start a process that nobody would stop. */
  #isClosed = false;
  #givenUp: Fault | undefined;
  #azure: { key: string; client: Promise<AzureClient> } | undefined;

  constructor(options: SandboxWorldOptions) {
    this.#options = options;
    this.workingFolder = options.workingFolder;
    this.snapshots = sandboxSnapshots(options.folder, () => this.#door());
    this.#clock = options.clock ?? systemClock;
    this.#kube = new KubeAccess(this.#kubeconfig, this.#clock);
    this.#process = new ServerProcess({
      file: options.serverFile,
      args: ['--folder', options.folder, '--pace', options.pace],
      clock: this.#clock,
      read: (line) => {
        const said = readServerLine(line);
        if (said?.type === 'ready') this.#tell(said.notices);
        return said?.type === 'fault' ? said.fault : said?.type;
      },
      onRestart: () => {
        this.#kube.askNow();
        options.onTrouble?.({ type: 'restarted' });
      },
      onGivenUp: (fault) => {
        this.#givenUp = fault;
        options.onTrouble?.({ type: 'given-up', fault });
      },
    });
  }

  async prepare(progress: (step: PrepareStep) => void, signal?: AbortSignal): Promise<void> {
    progress('starting-sandbox');
    this.#isClosed = false;
    this.#givenUp = undefined;
    const path = learnerPath(this.#options.learner);
    const [kubectl] = await Promise.all([findKubectl(path), this.#startOrJoin(signal)]);
    this.#ownsKubectl = kubectl === undefined;
    progress('sandbox-ready');
  }

  environment(): Record<string, string> {
    const { folder, learner } = this.#options;
    return {
      ...keptEnvironment(learner),
      PATH: [join(folder, 'bin'), ...learnerPath(learner)].join(delimiter),
      KUBECONFIG: this.#kubeconfig,
      AZURE_CONFIG_DIR: join(folder, 'azure'),
      // Read by the kubectl in bin/, which else steps aside for any other on PATH, however old.
      ...(this.#ownsKubectl ? { MESHWALK_KUBECTL: 'ours' } : {}),
    };
  }

  isRestarting(): boolean {
    return this.#process.isRestarting;
  }

  async kube(): Promise<KubeClient | undefined> {
    const context = await this.#kube.context();
    if (!context) return undefined;
    await this.#ensureRunning();
    return this.#kube.clientFor(context);
  }

  async azure(): Promise<AzureClient | undefined> {
    await this.#ensureRunning();
    const access = await readAzureAccess(this.#options.folder);
    if (!access) return undefined;
    const key = JSON.stringify(access);
    if (this.#azure?.key !== key) this.#azure = { key, client: connectAzure(access) };
    return this.#azure.client;
  }

  async describe(): Promise<WorldDescription> {
    const context = await this.#kube.context();
    const name = context === undefined ? {} : { context: context.name };
    return { kind: 'sandbox', ...name, costsMoney: false };
  }

  async reset(): Promise<void> {
    const { folder } = this.#options;
    this.#kube.close();
    this.#azure = undefined;
    try {
      await this.#startOrJoin(undefined);
      const door = await findDoor(folder);
      if (door) await resetSandbox(door);
    } catch (error) {
      // A sandbox whose state keeps it from starting is just what a reset is for.
      if (!(error instanceof Fault) || error.code === 'sandbox.locked') throw error;
      await this.#process.stop();
      await rm(join(folder, 'restoring.json'), { force: true });
      await rm(join(folder, 'state'), { recursive: true, force: true });
    }
    await rm(this.#kubeconfig, { force: true });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#kube.close();
    this.#joined = undefined;
    await this.#process.stop();
  }

  /** In one piece, as a screen may keep only the last thing it was told before it opened. */
  #tell(notices: readonly string[]): void {
    if (notices.length > 0) this.#options.onTrouble?.({ type: 'noticed', sentences: notices });
  }

  get #kubeconfig(): string {
    return join(this.#options.folder, 'kubeconfig');
  }

  async #ensureRunning(): Promise<void> {
    if (this.#givenUp) throw this.#givenUp;
    if (this.#joined && isRunning(this.#joined)) return;
    this.#joined = undefined;
    await this.#startOrJoin(undefined);
  }

  async #door(): Promise<SandboxDoor> {
    await this.#ensureRunning();
    const door = await findDoor(this.#options.folder);
    if (door) return door;
    throw faultOf('sandbox.no-door', join(this.#options.folder, 'sandbox.json'));
  }

  /** Starts our own; where one runs on the folder already, waits for it to leave, or joins it. */
  async #startOrJoin(signal: AbortSignal | undefined): Promise<void> {
    const since = this.#clock.now();
    for (;;) {
      if (this.#isClosed) throw faultOf('world.closed');
      try {
        if (!this.#joined) await this.#process.start(signal);
        return;
      } catch (error) {
        const waited = this.#clock.now() - since;
        if (!(error instanceof Fault) || error.code !== 'sandbox.locked' || waited > lockedMs) throw error;
        const door = waited > leavingMs ? await findDoor(this.#options.folder) : undefined;
        if (door && (await answers(door))) {
          this.#joined = door;
          this.#tell(await noticesOf(door));
        } else await sleep(this.#clock, 100, signal);
      }
    }
  }
}
