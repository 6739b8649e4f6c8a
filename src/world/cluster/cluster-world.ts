import { chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { faultOf } from '../../fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import { namespaces } from '../../kube/resources.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { KubeAccess } from '../kube-access.ts';
import { type KubeContext, learnersKubeconfig, readKubeContexts, readKubeconfig, serverIn } from '../kube-context.ts';
import { openConnection } from '../kubernetes-client.ts';
import { learnerPath, loginEnvironment, mustHavePrograms } from '../learner-environment.ts';
import type { Inventory, OwnedItem, RemoveProgress } from '../ours.ts';
import type { AzureClient, PrepareStep, World, WorldDescription } from '../world.ts';
import { type ClusterChoice, readClusterChoice } from './choice.ts';
import { oursIn, removeFrom } from './our-objects.ts';
import { privateKubeconfig } from './private-kubeconfig.ts';

/**
 * Any cluster with OSM, by one context of the learner's kubeconfig, as a World. Commands get a private copy of that one
 * context, and nothing here leads to another. It does not know who runs the cluster, nor how it was chosen.
 */
export interface ClusterWorldOptions {
  /** Of this world's state: the learner's choice and the private kubeconfig. */
  folder: string;
  workingFolder: string;
  /** The environment that the program was started with. */
  learner: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
}

export function createClusterWorld(options: ClusterWorldOptions): World {
  return new ClusterWorld(options);
}

export const privateKubeconfigIn = (folder: string): string => join(folder, 'kubeconfig');

/** Copies the context as it is now, so that credentials that were renewed come along. Rejects with a Fault without it. */
export async function copyContext(
  context: string,
  { folder, learner }: Pick<ClusterWorldOptions, 'folder' | 'learner'>,
): Promise<void> {
  const files = learnersKubeconfig(learner);
  const read = await readKubeconfig(files);
  const copy = privateKubeconfig(read, context);
  if (copy === undefined) {
    const known = await readKubeContexts(files);
    // A context whose cluster is missing from the file is as good as none.
    throw faultOf(
      'cluster.no-context',
      context,
      known.map(({ name }) => name).filter((name) => name !== context),
    );
  }
  await keepCopy(folder, copy);
}

async function keepCopy(folder: string, copy: string): Promise<void> {
  ensurePrivateFolder(folder);
  writeAtomically(privateKubeconfigIn(folder), copy);
  await chmod(privateKubeconfigIn(folder), 0o600);
}

/**
 * Takes over what was renewed in the learner's kubeconfig while lessons run: a token that is written there, a certificate. A
 * context that is gone or leads elsewhere by now changes nothing: the copy still leads where the learner agreed to.
 */
async function renewCopy(
  { context, server }: ClusterChoice,
  { folder, learner }: Pick<ClusterWorldOptions, 'folder' | 'learner'>,
): Promise<void> {
  const read = await readKubeconfig(learnersKubeconfig(learner));
  const copy = privateKubeconfig(read, context);
  if (copy === undefined || serverIn(copy) !== server) return;
  if (copy !== readIfThere(privateKubeconfigIn(folder))) await keepCopy(folder, copy);
}

class ClusterWorld implements World {
  readonly kind = 'cluster';
  readonly workingFolder: string;
  readonly #options: ClusterWorldOptions;
  readonly #clock: Clock;
  readonly #kube: KubeAccess;

  constructor(options: ClusterWorldOptions) {
    this.#options = options;
    this.workingFolder = options.workingFolder;
    this.#clock = options.clock ?? systemClock;
    this.#kube = new KubeAccess(this.#kubeconfig, this.#clock);
  }

  async prepare(progress: (step: PrepareStep) => void, signal?: AbortSignal): Promise<void> {
    progress('reaching-cluster');
    mustHavePrograms('cluster', ['kubectl', 'osm'], this.#options.learner);
    const choice = this.#mustHaveChoice();
    await copyContext(choice.context, this.#options);
    const context = await this.#kube.context();
    if (context?.server !== choice.server) {
      throw faultOf('cluster.moved', choice.context, choice.server, context?.server ?? '');
    }
    signal?.throwIfAborted();
    await (await this.#kube.clientFor(context)).get(namespaces, 'kube-system');
    progress('cluster-reached');
  }

  environment(): Record<string, string> {
    const { learner } = this.#options;
    return {
      ...loginEnvironment(learner),
      PATH: learnerPath(learner).join(delimiter),
      KUBECONFIG: this.#kubeconfig,
    };
  }

  async kube(): Promise<KubeClient | undefined> {
    const context = await this.#context();
    return context && this.#kube.clientFor(context);
  }

  async azure(): Promise<AzureClient | undefined> {
    return undefined;
  }

  async describe(): Promise<WorldDescription> {
    const context = await this.#context();
    return {
      kind: 'cluster',
      ...(context && { context: context.name, server: context.server }),
      costsMoney: false,
    };
  }

  async ours(): Promise<Inventory> {
    const choice = this.#mustHaveChoice();
    const kube = await this.#kube.client();
    if (!kube) throw faultOf('cluster.no-choice');
    return { items: await oursIn(kube, choice) };
  }

  async remove(item: OwnedItem, progress: (progress: RemoveProgress) => void, signal?: AbortSignal): Promise<void> {
    const choice = this.#mustHaveChoice();
    const kube = await this.#kube.client();
    if (!kube) throw faultOf('cluster.no-choice');
    const { connection } = await openConnection(this.#kubeconfig, this.#clock);
    try {
      await removeFrom({ kube, connection, choice, clock: this.#clock }, item, progress, signal);
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    this.#kube.close();
  }

  /** Asked for at each look and after each command, so that both find credentials as they are now. */
  async #context(): Promise<KubeContext | undefined> {
    const choice = readClusterChoice(this.#options.folder);
    if (choice) await renewCopy(choice, this.#options);
    return this.#kube.context();
  }

  get #kubeconfig(): string {
    return privateKubeconfigIn(this.#options.folder);
  }

  #mustHaveChoice(): ClusterChoice {
    const choice = readClusterChoice(this.#options.folder);
    if (choice) return choice;
    throw faultOf('cluster.no-choice');
  }
}
