import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ContainerSockets } from '../network/pod-network.ts';

/** What a running container has: everything it may know of the world. */
export interface ContainerContext {
  pod: {
    uid: string;
    namespace: string;
    name: string;
    nodeName: string;
    serviceAccount: string;
    labels: Record<string, string>;
  };
  containerName: string;
  image: string;
  /** command ?? the image's entrypoint, then args, with $(VAR) expanded. */
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Mounted secrets and config maps: absolute path to text. Live: a changed secret changes what the next read sees. */
  readFile(path: string): string | undefined;
  sockets: ContainerSockets;
  clock: Clock;
  random: Random;
  /**
   * The program's own pause, such as the one between two purchases: resolves after `ms`, or when the signal aborts. Only
   * pace instant shortens it; at the others it is the rhythm that a learner counts.
   */
  rest(ms: number): Promise<void>;
  /** Whole or partial lines; the log splits at newlines. Does nothing after the program ended. */
  stdout(text: string): void;
  stderr(text: string): void;
  /** Another program of the image in place of this one (execve). */
  become(argv: readonly string[]): Promise<number>;
  /** Aborts on SIGTERM. The program should end soon; it is abandoned after the grace period. */
  signal: AbortSignal;
}

/**
 * One image: a small program in our process. `run` resolves with its exit code; an exception counts as exit code 2
 * with its text on stderr (a Go panic). It must end when the signal aborts, and must not keep timers or sockets then.
 */
export interface ImageProgram {
  /** Repository names this program answers to, without tag: `openservicemesh/bookbuyer`. */
  repositories: readonly string[];
  /** Rough compressed size; decides how long a pull takes at pace real. */
  sizeBytes: number;
  entrypoint: readonly string[];
  /** What follows the entrypoint when the pod names neither command nor args. */
  cmd?: readonly string[];
  /** What else a pod may name as its command; anything that the image lacks does not start. */
  executables?: readonly string[];
  /** Programs that the image has besides its own, as absolute paths; their names are in tools/tool-registry.ts. */
  tools?: readonly string[];
  /** Text files of the image, by absolute path. */
  files?: Readonly<Record<string, string>>;
  /** The account that the image runs as when it is not root. */
  account?: { name: string; home: string };
  /** The certificates that the image trusts. */
  caPem?: () => string;
  /** User id of the image when the pod sets none. */
  user?: number;
  run(context: ContainerContext): Promise<number>;
}
