import { canonicalJson } from '../../kube/json-value.ts';
import { templateHash } from '../../kube/names.ts';
import type { Deployment, ReplicaSet } from '../../kube/objects.ts';
import { deployments, replicaSets } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import type { ControllerParts } from './controller.ts';
import { byAge, desiredReplicas, rollingLimits } from './deployment-rollout.ts';
import { conditionOf, withCondition } from './deployment-status.ts';
import { controllerOf, controllerReference, sameTemplate } from './ownership.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const source = { component: 'deployment-controller' };

/** Kubernetes: annotations of a Deployment that its ReplicaSets do not inherit. */
const notInherited = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

export const revisionOf = (object: Deployment | ReplicaSet): number =>
  Number(object.metadata.annotations?.[revisionAnnotation] ?? 0);

/** The ReplicaSet whose template is the Deployment's; the oldest when there are several. */
export function newSetFor(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.toSorted(byAge).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

/** The size of the Deployment as its ReplicaSets remember it, by which a later scaling is noticed. */
export function annotationsFor(deployment: Deployment): Record<string, string> {
  const desired = desiredReplicas(deployment);
  return {
    'deployment.kubernetes.io/desired-replicas': String(desired),
    'deployment.kubernetes.io/max-replicas': String(desired + rollingLimits(deployment).maxSurge),
  };
}

function inheritedAnnotations(deployment: Deployment): Record<string, string> {
  const entries = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notInherited.has(key));
  return Object.fromEntries(entries);
}

/** The newest ReplicaSet and its revision number: found again after a rollback, or made. */
export class Revisions {
  readonly #parts: ControllerParts;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
  }

  /** Gives the existing newest ReplicaSet, if any, its number; the Deployment shows the same one. */
  async syncExisting(deployment: Deployment, sets: readonly ReplicaSet[]): Promise<ReplicaSet | undefined> {
    const existing = newSetFor(deployment, sets);
    if (!existing) return undefined;
    const others = sets.filter((set) => set !== existing).map(revisionOf);
    const revision = Math.max(0, ...others) + 1;
    const number = Math.max(revision, revisionOf(existing));
    const { name = '', namespace } = existing.metadata;
    const updated = await this.#parts.cluster.modify(replicaSets, name, namespace, (draft) => {
      const annotations = { ...draft.metadata.annotations, ...inheritedAnnotations(deployment) };
      const before = annotations[revisionAnnotation];
      if (before !== undefined && Number(before) < number) {
        const history = annotations['deployment.kubernetes.io/revision-history'];
        annotations['deployment.kubernetes.io/revision-history'] = history ? `${history},${before}` : before;
      }
      annotations[revisionAnnotation] = String(number);
      draft.metadata.annotations = annotations;
      if (deployment.spec.minReadySeconds === undefined) delete draft.spec.minReadySeconds;
      else draft.spec.minReadySeconds = deployment.spec.minReadySeconds;
    });
    await this.#showOnDeployment(deployment, number);
    await this.#noteProgress(deployment, 'FoundNewReplicaSet', `Found new replica set "${name}"`);
    return updated;
  }

  /** The newest ReplicaSet, made with `replicas` pods when there is none. Undefined: try again later. */
  async newSet(deployment: Deployment, sets: readonly ReplicaSet[], replicas: number): Promise<ReplicaSet | undefined> {
    const existing = await this.syncExisting(deployment, sets);
    if (existing) return existing;
    const number = Math.max(0, ...sets.map(revisionOf)) + 1;
    const draft = this.#draftSet(deployment, replicas, number);
    const name = draft.metadata.name ?? '';
    try {
      const created = await this.#parts.cluster.create(replicaSets, draft);
      await this.#announce(deployment, created, replicas);
      await this.#showOnDeployment(deployment, number);
      await this.#noteProgress(deployment, 'NewReplicaSetCreated', `Created new replica set "${name}"`);
      return created;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === 'AlreadyExists' && (await this.#countCollision(deployment, name))) return undefined;
      await this.#failProgress(deployment, name, error.message);
      throw error;
    }
  }

  #draftSet(deployment: Deployment, replicas: number, revision: number): ReplicaSet {
    const template = structuredClone(deployment.spec.template);
    const hash = templateHash(JSON.parse(canonicalJson(template)), deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, 'pod-template-hash': hash };
    const { selector, minReadySeconds } = deployment.spec;
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? 'default',
        labels,
        annotations: {
          ...inheritedAnnotations(deployment),
          ...annotationsFor(deployment),
          [revisionAnnotation]: String(revision),
        },
        ownerReferences: [controllerReference(deployments, deployment)],
      },
      spec: {
        replicas,
        ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
  }

  async #announce(deployment: Deployment, created: ReplicaSet, replicas: number): Promise<void> {
    if (replicas === 0) return;
    const subject = { ref: deployments, object: deployment };
    const message = `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`;
    this.#parts.events.normal(source, subject, 'ScalingReplicaSet', message);
  }

  async #showOnDeployment(deployment: Deployment, revision: number): Promise<void> {
    const { name = '', namespace } = deployment.metadata;
    await this.#parts.cluster.modify(deployments, name, namespace, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, [revisionAnnotation]: String(revision) };
    });
  }

  /** A found ReplicaSet is news only while nothing was said yet; a made one always is. */
  async #noteProgress(deployment: Deployment, reason: string, message: string): Promise<void> {
    if (deployment.spec.progressDeadlineSeconds === undefined) return;
    const { name = '', namespace } = deployment.metadata;
    const { cluster, clock } = this.#parts;
    await cluster.modifyStatus(deployments, name, namespace, (draft) => {
      const conditions = draft.status?.conditions ?? [];
      if (reason === 'FoundNewReplicaSet' && conditionOf(conditions, 'Progressing')) return;
      draft.status = {
        ...draft.status,
        conditions: withCondition(conditions, 'Progressing', { status: 'True', reason, message }, clock.now()),
      };
    });
  }

  async #failProgress(deployment: Deployment, setName: string, why: string): Promise<void> {
    const { name = '', namespace } = deployment.metadata;
    const { cluster, clock } = this.#parts;
    const message = `Failed to create new replica set "${setName}": ${why}`;
    await cluster.modifyStatus(deployments, name, namespace, (draft) => {
      const change = { status: 'False', reason: 'ReplicaSetCreateError', message } as const;
      const conditions = withCondition(draft.status?.conditions ?? [], 'Progressing', change, clock.now());
      draft.status = { ...draft.status, conditions };
    });
  }

  /** Another template has the same hash: count it, so that the next name differs. */
  async #countCollision(deployment: Deployment, setName: string): Promise<boolean> {
    const { cluster } = this.#parts;
    const { name = '', namespace, uid } = deployment.metadata;
    const other = cluster.get(replicaSets, setName, namespace);
    const isOurs = other !== undefined && controllerOf(other)?.uid === uid;
    if (isOurs && sameTemplate(other.spec.template, deployment.spec.template)) return false;
    await cluster.modifyStatus(deployments, name, namespace, (draft) => {
      draft.status = { ...draft.status, collisionCount: (draft.status?.collisionCount ?? 0) + 1 };
    });
    return true;
  }
}
