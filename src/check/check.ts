import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../platform/clock.ts';
import type { Findings } from '../words/en/findings.ts';
import type { AzureClient } from '../world/world.ts';
import type { NamespacedName } from './spec-fields.ts';

/**
 * How one condition ended. `not-yet` is on its way and needs only time, `wrong` needs the learner,
 * `unknown` means that we could not look, and never counts against the learner.
 */
export type CheckResult =
  | { status: 'passed'; saw: string }
  /** `isStuck`: on its way, and something is in it that time alone will not take away. */
  | { status: 'not-yet'; expected: string; saw: string; tryThis?: string; isStuck?: true }
  /** `missing`: the object, by kind and name, that is not there at all. */
  | { status: 'wrong'; expected: string; saw: string; on?: string; tryThis?: string; missing?: string }
  | { status: 'unknown'; reason: string; tryThis?: string };

/** A command that is kept going. One that has said nothing yet may still be on its way up. */
export interface CommandBeside {
  command: string;
  isUp: boolean;
}

/** Through this a condition sees the world. All times in ms of `clock`. */
export interface Probe {
  kube(): Promise<KubeClient | undefined>;
  azure(): Promise<AzureClient | undefined>;
  /** Current kubeconfig context as the learner's kubectl would see it, or undefined. */
  currentContext(): Promise<string | undefined>;
  clock: Clock;
  /** When the learner began this task; edge conditions count from here. */
  since: number;
  /** What the learner answered, by question id. */
  answers: Readonly<Record<string, string>>;
  /** Kept between runs of this condition within this task: first counters seen, for example. */
  memory: Map<string, unknown>;
  /** One HTTP GET from the learner's machine (a port that they forwarded). */
  httpGet(url: string, signal: AbortSignal): Promise<{ status: number; body: string }>;
  /** Commands that go on beside the lesson (port-forwards); asked anew each time. None if left out. */
  beside?(): readonly CommandBeside[];
  signal: AbortSignal;
  /** In which what was expected and seen is said. */
  words: Findings;
}

/** One kind of condition: what authors may write under its word, and how it is verified. */
export interface CheckKind<Spec = unknown> {
  /** The word authors write: `traffic-split`. */
  kind: string;
  /** Level: true now. Edge: happened since the task began, and then stays. */
  temper: 'level' | 'edge';
  /** One line for the authors' reference. */
  summary: string;
  /** Each field the author may write, for lint and for the reference. */
  fields: Readonly<Record<string, { description: string; required?: boolean }>>;
  /** Turns YAML into a Spec; throws SpecProblem with the offending field. */
  parse(raw: unknown): Spec;
  /** What is wanted, in words: `Pods of Deployment bookbuyer/bookbuyer are ready`. */
  describe(spec: Spec, words: Findings): string;
  /**
   * The thing in the world that it is about; a later condition on the same thing replaces an earlier one. Left out by
   * kinds that see what happens (traffic, logs, answers): that does not last.
   */
  subject?(spec: Spec): string;
  /** Who calls which Service, for kinds that look at traffic: what an explanation of it is about. */
  call?(spec: Spec): { from: NamespacedName; to: NamespacedName } | undefined;
  verify(spec: Spec, probe: Probe): Promise<CheckResult>;
}

/** What an author wrote wrong in a condition; lint adds file and line. */
export class SpecProblem extends Error {
  override readonly name = 'SpecProblem';
  /** Dotted path inside the condition: `backends.bookstore/bookstore-v1`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
