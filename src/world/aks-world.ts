import { delimiter } from 'node:path';
import { type Fault, faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep, systemClock } from '../platform/clock.ts';
import { systemRandom } from '../platform/random.ts';
import { azureAccess, subscriptionsOf } from './aks/azure-access.ts';
import { type AksChoices, readChoices } from './aks/choices.ts';
import { KnownServer } from './aks/known-server.ts';
import { type AksGround, oursInAks, removeFromAks } from './aks/ours.ts';
import { costPerHour } from './aks/prices.ts';
import { cleanSentence } from './aks/refusals.ts';
import { connectAzure } from './azure-client.ts';
import { KubeAccess } from './kube-access.ts';
import { isSameServer, type KubeContext, learnersKubeconfig } from './kube-context.ts';
import { learnerPath, loginEnvironment, mustHavePrograms } from './learner-environment.ts';
import { type Inventory, type OwnedItem, ourTag, type RemoveProgress } from './ours.ts';
import type { AzureClient, PrepareStep, World, WorldDescription } from './world.ts';

/**
 * A cluster of the learner's own in Azure as a World: their az, kubectl and osm, their login, and their kubeconfig, which
 * az writes. It makes nothing there itself, and knows neither lessons nor what was asked before.
 */
export interface AksWorldOptions {
  /** Of this world's state, with the learner's choices. */
  folder: string;
  workingFolder: string;
  /** The environment that the program was started with. */
  learner: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
}

export function createAksWorld(options: AksWorldOptions): World {
  return new AksWorld(options);
}

/** Whether something costs money is asked no more often than this, and no describing waits longer for the answer. */
const costEveryMs = 60_000;
const costPatienceMs = 2_000;

type Cost = WorldDescription['cost'];

class AksWorld implements World {
  readonly kind = 'aks';
  readonly workingFolder: string;
  readonly #options: AksWorldOptions;
  readonly #clock: Clock;
  readonly #kube: KubeAccess;
  readonly #server: KnownServer;
  #azure: { key: string; client: Promise<AzureClient> } | undefined;
  #cost: { at: number; known: Cost; asking: Promise<void> | undefined } = {
    at: -Infinity,
    known: undefined,
    asking: undefined,
  };

  constructor(options: AksWorldOptions) {
    this.#options = options;
    this.workingFolder = options.workingFolder;
    this.#clock = options.clock ?? systemClock;
    this.#kube = new KubeAccess(learnersKubeconfig(options.learner), this.#clock);
    this.#server = new KnownServer(this.#clock, async () => {
      const { resourceGroup, cluster } = this.#mustHaveChoices();
      return (await this.azure()).apiServer(resourceGroup, cluster);
    });
  }

  async prepare(progress: (step: PrepareStep) => void, signal?: AbortSignal): Promise<void> {
    progress('reaching-azure');
    mustHavePrograms('aks', ['az', 'kubectl', 'osm'], this.#options.learner);
    const { resourceGroup } = this.#mustHaveChoices();
    signal?.throwIfAborted();
    // One question tells whether login, subscription and network are well, and whose the group is: lesson 1 would put our
    // tag on it, and with the tag all that is in it would be ours to delete.
    const group = await (await this.azure()).resourceGroup(resourceGroup);
    if (group && group.tags[ourTag.name] !== ourTag.value)
      throw faultOf('aks.group-taken', resourceGroup, `${ourTag.name}=${ourTag.value}`);
    progress('azure-reached');
  }

  environment(): Record<string, string> {
    const { learner } = this.#options;
    return {
      ...loginEnvironment(learner),
      PATH: learnerPath(learner).join(delimiter),
      KUBECONFIG: learnersKubeconfig(learner),
    };
  }

  /** Of the course's cluster only: while another context is current, there is none to look into. */
  async kube(): Promise<KubeClient | undefined> {
    const context = await this.#kube.context();
    return context && !(await this.#strayed(context)) ? this.#kube.clientFor(context) : undefined;
  }

  async astray(): Promise<Fault | undefined> {
    const context = await this.#kube.context();
    return context && this.#strayed(context);
  }

  /**
   * The kubeconfig is the learner's, who may have switched to other work meanwhile; and the course's name in it may be that
   * of an earlier cluster, or of one in another subscription.
   */
  async #strayed({ name, server, fingerprint }: KubeContext): Promise<Fault | undefined> {
    const { cluster, resourceGroup } = this.#mustHaveChoices();
    if (name !== cluster)
      return faultOf('aks.other-context', cleanSentence(name), cleanSentence(server), cluster, resourceGroup);
    const known = await this.#server.look(fingerprint);
    // While Azure does not say, the name must do.
    if (!known || (known.server !== undefined && isSameServer(known.server, server))) return undefined;
    return faultOf('aks.other-server', cluster, cleanSentence(server), known.server ?? '', resourceGroup);
  }

  azure(): Promise<AzureClient> {
    const access = azureAccess(this.#options.learner, this.#mustHaveChoices().subscription);
    const key = JSON.stringify(access);
    if (this.#azure?.key !== key) {
      this.#azure = { key, client: connectAzure(access, { clock: this.#clock, random: systemRandom }) };
    }
    return this.#azure.client;
  }

  async describe(): Promise<WorldDescription> {
    const context = await this.#kube.context();
    const cost = await this.#knownCost();
    return {
      kind: 'aks',
      ...(context && { context: context.name, server: context.server }),
      subscription: this.#subscription(),
      costsMoney: true,
      ...(cost && { cost }),
    };
  }

  async ours(): Promise<Inventory> {
    return oursInAks(await this.#ground());
  }

  async remove(item: OwnedItem, progress: (progress: RemoveProgress) => void, signal?: AbortSignal): Promise<void> {
    await removeFromAks(await this.#ground(), item, progress, signal);
  }

  async close(): Promise<void> {
    this.#kube.close();
  }

  async #ground(): Promise<AksGround> {
    const { folder, learner } = this.#options;
    return { azure: await this.azure(), folder, kubeconfig: learnersKubeconfig(learner), clock: this.#clock };
  }

  #mustHaveChoices(): AksChoices {
    const choices = readChoices(this.#options.folder);
    if (choices) return choices;
    throw faultOf('aks.no-choices');
  }

  /** By its name where az knows it. */
  #subscription(): string {
    const { learner } = this.#options;
    const known = subscriptionsOf(learner);
    const { subscription } = this.#mustHaveChoices();
    const chosen = known.find(({ id, isDefault }) => (subscription === undefined ? isDefault : id === subscription));
    return chosen?.name ?? subscription ?? learner['MESHWALK_ARM_SUBSCRIPTION'] ?? '';
  }

  async #knownCost(): Promise<Cost> {
    if (this.#clock.now() - this.#cost.at >= costEveryMs) {
      this.#cost.at = this.#clock.now();
      this.#cost.asking = this.#askCost();
    }
    const waited = new AbortController();
    const enough = sleep(this.#clock, costPatienceMs, waited.signal).catch(() => undefined);
    await Promise.race([this.#cost.asking, enough]);
    waited.abort();
    return this.#cost.known;
  }

  /** What is not known just now stays as it was: a network that is away deletes no cluster. */
  async #askCost(): Promise<void> {
    const { resourceGroup, cluster: name } = this.#mustHaveChoices();
    try {
      const cluster = await (await this.azure()).managedCluster(resourceGroup, name);
      if (!cluster) {
        this.#cost.known = undefined;
        return;
      }
      const { low, high, currency } = costPerHour({
        region: cluster.location,
        nodeCount: cluster.nodeCount,
        ...(cluster.nodeSize !== undefined && { nodeSize: cluster.nodeSize }),
      });
      const since = cluster.createdAt ?? this.#cost.known?.since ?? this.#clock.now();
      this.#cost.known = { cluster: name, perHour: { low, high }, since, currency };
    } catch {
      // The lesson's own look will meet the same trouble, and tell it.
    }
  }
}
