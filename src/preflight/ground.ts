import { delimiter } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { askProgram, findProgram, type Os, type ProgramAnswer } from '../platform/programs.ts';
import { type Endpoint, type Reach, reach, wayTo } from '../platform/reach.ts';
import { learnerPath } from '../world/learner-environment.ts';
import type { WorldKind } from '../world/world.ts';

/** What examinations stand on: the machine as the learner's own commands will meet it. Judges nothing. */
export interface GroundOptions {
  world: WorldKind;
  os: Os;
  arch: string;
  /** The learner's own; their az, kubectl and osm see it when they are asked. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Where this profile keeps what it keeps of this world. */
  folders: { state: string; sandbox: string };
  /** The kubeconfig context asked for by name; else the current one counts. */
  context?: string;
  clock: Clock;
  signal: AbortSignal;
}

/** What a program is on this machine. */
export type Program =
  | { type: 'missing' }
  | { type: 'mute'; file: string }
  | { type: 'found'; file: string; version: string };

/** Slow machines take long to start Python the first time, so az gets more than the others. */
const patienceMs = { az: 30_000, kubectl: 10_000, osm: 10_000 } as const;
export type Tool = keyof typeof patienceMs;

const reachMs = 6_000;

export class Ground {
  readonly world: WorldKind;
  readonly os: Os;
  readonly arch: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folders: { state: string; sandbox: string };
  readonly context: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly #programs = new Map<Tool, Promise<Program>>();

  constructor(options: GroundOptions) {
    this.world = options.world;
    this.os = options.os;
    this.arch = options.arch;
    this.environment = { ...options.environment, PATH: learnerPath(options.environment).join(delimiter) };
    this.folders = options.folders;
    this.context = options.context;
    this.clock = options.clock;
    this.signal = options.signal;
  }

  find(name: string): string | undefined {
    return findProgram(name, learnerPath(this.environment), this.environment, this.os);
  }

  /** Asked once, however many want to know. */
  program(tool: Tool): Promise<Program> {
    const known = this.#programs.get(tool);
    if (known) return known;
    const asked = this.#askVersion(tool);
    this.#programs.set(tool, asked);
    return asked;
  }

  /** Undefined where the tool is missing. */
  async ask(tool: Tool, ...args: readonly string[]): Promise<ProgramAnswer | undefined> {
    const file = this.find(tool);
    if (file === undefined) return undefined;
    const { environment, signal } = this;
    return await askProgram({ file, args, environment, timeoutMs: patienceMs[tool], signal });
  }

  /** By the proxy that the learner's environment names, if any. `trust` is false where a CA of its own signs. */
  reach(endpoint: Endpoint, { trust = true } = {}): Promise<Reach> {
    const { clock, signal, environment } = this;
    const way = wayTo(endpoint.host, environment);
    return reach(endpoint, { clock, signal, way, trust, timeoutMs: reachMs });
  }

  async #askVersion(tool: Tool): Promise<Program> {
    const file = this.find(tool);
    if (file === undefined) return { type: 'missing' };
    const answer = await this.ask(tool, ...versionArgs[tool]);
    const version = answer?.type === 'answered' ? versionIn[tool].exec(answer.out)?.[1] : undefined;
    return version === undefined ? { type: 'mute', file } : { type: 'found', file, version };
  }
}

const versionArgs: Readonly<Record<Tool, readonly string[]>> = {
  az: ['version', '--output', 'json'],
  kubectl: ['version', '--client', '-o', 'json'],
  osm: ['version', '--client-only'],
};

const versionIn: Readonly<Record<Tool, RegExp>> = {
  az: /"azure-cli":\s*"(\d+\.\d+\.\d+)/,
  kubectl: /"gitVersion":\s*"v(\d+\.\d+\.\d+)/,
  osm: /\bVersion:"v(\d+\.\d+\.\d+)/,
};
