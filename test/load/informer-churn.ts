import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { integerBetween, seededRandom } from '../../src/platform/random.ts';
import { within } from './within.ts';

export interface Churn {
  seed: number;
  /** Of a hundred changes each; the informer is stopped and started again between some. */
  rounds: number;
  /** Asked after each round, for a churn that is to last some time. */
  isOver?: () => boolean;
  /** Called after each round. */
  onRound?: (round: number) => void;
}

export interface ChurnResult {
  changes: number;
  restarts: number;
  /** Name and revision of each object, as the informer has it and as the server has it. */
  atEnd: string[];
  onServer: string[];
  /** Objects that came or went without a word to the informer's listeners. */
  unheard: string[];
}

const namespace = 'default';
const labelSelector = 'app=churn';
const names = Array.from({ length: 30 }, (_, number) => `churn-${number}`);

/** Creates, changes and deletes at random while a Node informer watches; at the end its cache must be the server's list. */
export async function churnUnderInformer(kubeconfig: string, churn: Churn): Promise<ChurnResult> {
  const random = seededRandom(churn.seed);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, labelSelector);
  const heard = new Map<string, string>();
  informer.on('add', (object) => heard.set(nameOf(object), revisionOf(object)));
  informer.on('update', (object) => heard.set(nameOf(object), revisionOf(object)));
  informer.on('delete', (object) => heard.delete(nameOf(object)));
  // A stopped informer says so by an error; one whose watch ends goes on by itself.
  informer.on('error', () => {});
  const present = new Set<string>();
  let [changes, restarts] = [0, 0];
  const change = async () => {
    const name = names[integerBetween(random, 0, names.length)] ?? '';
    changes += 1;
    if (!present.has(name)) {
      present.add(name);
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { app: 'churn' } } } });
    } else if (random.next() < 0.2) {
      present.delete(name);
      await core.deleteNamespacedConfigMap({ name, namespace });
    } else {
      const body = { metadata: { name, labels: { app: 'churn' } }, data: { change: String(changes) } };
      await core.replaceNamespacedConfigMap({ name, namespace, body });
    }
  };
  await informer.start();
  for (let round = 0; round < churn.rounds; round += 1) {
    // Away now and then: what came and went meanwhile it must find out by itself.
    const isAway = round % 4 === 2 && round < churn.rounds - 1;
    if (isAway) await informer.stop();
    for (let count = 0; count < 100; count += 1) {
      await change();
    }
    if (isAway) {
      restarts += 1;
      await informer.start();
    }
    churn.onRound?.(round);
    if (churn.isOver?.()) break;
  }
  const server = (await list()).items.map((object) => `${nameOf(object)}@${revisionOf(object)}`).sort();
  const cached = () => [...informer.list()].map((object) => `${nameOf(object)}@${revisionOf(object)}`).sort();
  await within(20_000, (resolve) => {
    const look = () => {
      if (cached().join() === server.join()) resolve();
    };
    for (const change of ['add', 'update', 'delete'] as const) informer.on(change, () => queueMicrotask(look));
    look();
  });
  const atEnd = cached();
  const told = new Set([...heard].map(([name, revision]) => `${name}@${revision}`));
  await informer.stop();
  for (const name of present) await core.deleteNamespacedConfigMap({ name, namespace });
  return { changes, restarts, atEnd, onServer: server, unheard: server.filter((each) => !told.has(each)) };
}

const nameOf = ({ metadata }: V1ConfigMap) => metadata?.name ?? '';
const revisionOf = ({ metadata }: V1ConfigMap) => metadata?.resourceVersion ?? '';
