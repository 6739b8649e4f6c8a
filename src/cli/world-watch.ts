import { resourceOf } from '../check/resource-table.ts';
import type { ClusterReach, KubeClient } from '../kube/client.ts';
import type { World } from '../world/world.ts';

/**
 * Watches the cluster that a world talks to, also when the world changes over to another one (a kubeconfig that was
 * written anew), and knows whether it answers. Knows no lesson.
 */

/** Changes of these start a new look; traffic itself changes no object and is looked at on its own. */
const watched = [
  'Namespace',
  'Pod',
  'Deployment',
  'StatefulSet',
  'Service',
  'ServiceAccount',
  'TrafficSplit',
  'TrafficTarget',
  'HTTPRouteGroup',
  'MeshConfig',
].map((kind) => resourceOf(kind, undefined));

export class WorldWatch {
  readonly #world: Pick<World, 'kube' | 'isRestarting'>;
  readonly #changeListeners = new Set<() => void>();
  readonly #backListeners = new Set<() => void>();
  #client: KubeClient | undefined;
  #stop: (() => void) | undefined;
  /** Of clusters that were talked to before. */
  #earlierAbsences = 0;

  constructor(world: Pick<World, 'kube' | 'isRestarting'>) {
    this.#world = world;
  }

  /** The world's cluster; whoever asks for it through here keeps the watch on the right one. */
  async kube(): Promise<KubeClient | undefined> {
    const client = await this.#world.kube();
    if (client !== this.#client) this.#follow(client);
    return client;
  }

  /** Undefined while there is no cluster to watch. */
  async watch(onChange: () => void): Promise<(() => void) | undefined> {
    this.#changeListeners.add(onChange);
    const stop = () => {
      this.#changeListeners.delete(onChange);
      if (this.#changeListeners.size === 0) this.#unfollow();
    };
    try {
      const client = await this.kube();
      // Nobody watched it since the last one stopped.
      if (client && !this.#stop) this.#follow(client);
      if (client) return stop;
    } catch (error) {
      stop();
      throw error;
    }
    stop();
    return undefined;
  }

  onBack(listener: () => void): () => void {
    this.#backListeners.add(listener);
    return () => this.#backListeners.delete(listener);
  }

  askNow(): void {
    this.#reach?.askNow();
  }

  isAway(): boolean {
    return (this.#world.isRestarting?.() ?? false) || this.#reach?.trouble !== undefined;
  }

  get absences(): number {
    return this.#earlierAbsences + (this.#reach?.absences ?? 0);
  }

  get #reach(): ClusterReach | undefined {
    return this.#client?.reach;
  }

  #follow(client: KubeClient | undefined): void {
    const isOther = this.#client !== undefined && client !== this.#client;
    if (client !== this.#client) this.#earlierAbsences = this.absences;
    this.#unfollow();
    this.#client = client;
    if (!client || this.#changeListeners.size === 0) return;
    const stopWatching = client.watch(watched, () => {
      for (const listener of [...this.#changeListeners]) listener();
    });
    const stopListening = client.reach?.onBack(() => this.#isBack());
    this.#stop = () => {
      stopWatching();
      stopListening?.();
    };
    if (isOther) this.#isBack();
  }

  #isBack(): void {
    for (const listener of [...this.#backListeners]) listener();
  }

  #unfollow(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
