import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../platform/clock.ts';
import { type KubeContext, readKubeContext } from './kube-context.ts';
import { connectKubernetes } from './kubernetes-client.ts';

/** One client for what a kubeconfig says now: made when it is first asked for, and anew when the file changed. */
export class KubeAccess {
  readonly #files: string;
  readonly #clock: Clock;
  #made: { fingerprint: string; client: Promise<KubeClient> } | undefined;

  /** `files` as in KUBECONFIG. */
  constructor(files: string, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
  }

  /** Undefined while the kubeconfig names none. */
  context(): Promise<KubeContext | undefined> {
    return readKubeContext(this.#files);
  }

  async client(): Promise<KubeClient | undefined> {
    const context = await this.context();
    return context && this.clientFor(context);
  }

  clientFor({ fingerprint }: KubeContext): Promise<KubeClient> {
    if (this.#made?.fingerprint === fingerprint) return this.#made.client;
    this.close();
    const client = connectKubernetes(this.#files, this.#clock);
    const made = { fingerprint, client };
    // A client that could not be made is asked for again next time.
    client.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    this.#made = made;
    return client;
  }

  /** The cluster is known to be back: whoever waits before asking it again need not. */
  askNow(): void {
    this.#made?.client.then(
      (client) => client.reach?.askNow(),
      () => undefined,
    );
  }

  close(): void {
    this.#made?.client.then(
      (client) => client.close(),
      () => undefined,
    );
    this.#made = undefined;
  }
}
