import type { Deployment, KubeObject, Pod, ReplicaSet, StatefulSet } from '../../../kube/objects.ts';
import { listObjects } from '../api/connection.ts';
import { describePodTemplate, goTime } from './describe-pod.ts';
import type { DescribeText } from './describe-text.ts';
import { pathOf } from './discovery.ts';
import type { Session } from './session.ts';

/** The pages of Deployment, ReplicaSet and StatefulSet (k8s.io/kubectl/pkg/describe). */
export function selectorText(selector: Record<string, string> | undefined): string {
  const pairs = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

async function ownedBy<T extends KubeObject>(session: Session, resource: string, owner: KubeObject): Promise<T[]> {
  const all = await listObjects<T>(session.api, pathOf(await session.resource(resource), owner.metadata.namespace));
  return all.filter((object) => object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid));
}

async function podsStatus(session: Session, owner: KubeObject): Promise<string> {
  const phases = (await ownedBy<Pod>(session, 'pods', owner)).map((pod) => pod.status?.phase);
  const count = (phase: string) => phases.filter((other) => other === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

function describeConditions(out: DescribeText, { status = {} }: Pick<Deployment, 'status'>): void {
  if (!status.conditions?.length) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tReason');
  out.line(1, '----\t------\t------');
  for (const { type, status: state, reason = '' } of status.conditions) out.line(1, `${type} \t${state}\t${reason}`);
}

export async function describeDeployment(out: DescribeText, session: Session, deployment: Deployment): Promise<void> {
  const { metadata, spec, status = {} } = deployment;
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace}`);
  out.line(0, `CreationTimestamp:\t${goTime(metadata.creationTimestamp)}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
  out.line(0, `Selector:\t${selectorText(spec.selector.matchLabels)}`);
  const counts = [
    `${spec.replicas ?? 1} desired`,
    `${status.updatedReplicas ?? 0} updated`,
    `${status.replicas ?? 0} total`,
    `${status.availableReplicas ?? 0} available`,
    `${status.unavailableReplicas ?? 0} unavailable`,
  ];
  out.line(0, `Replicas:\t${counts.join(' | ')}`);
  out.line(0, `StrategyType:\t${spec.strategy?.type ?? 'RollingUpdate'}`);
  out.line(0, `MinReadySeconds:\t${spec.minReadySeconds ?? 0}`);
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling)
    out.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  describePodTemplate(out, spec.template);
  describeConditions(out, deployment);
  const sets = await ownedBy<ReplicaSet>(session, 'replicasets', deployment);
  const revisionOf = ({ metadata: { annotations } }: KubeObject) => annotations?.['deployment.kubernetes.io/revision'];
  const isNew = (set: ReplicaSet) => revisionOf(set) === revisionOf(deployment);
  const words = (list: ReplicaSet[]) =>
    list
      .map((set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec.replicas ?? 0} replicas created)`)
      .join(', ') || '<none>';
  out.line(0, `OldReplicaSets:\t${words(sets.filter((set) => !isNew(set)))}`);
  out.line(0, `NewReplicaSet:\t${words(sets.filter(isNew))}`);
}

export async function describeReplicaSet(out: DescribeText, session: Session, set: ReplicaSet): Promise<void> {
  const { metadata, spec, status } = set;
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace}`);
  out.line(0, `Selector:\t${selectorText(spec.selector.matchLabels)}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
  const owner = metadata.ownerReferences?.find((reference) => reference.controller);
  if (owner) out.line(0, `Controlled By:\t${owner.kind}/${owner.name}`);
  out.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`);
  out.line(0, `Pods Status:\t${await podsStatus(session, set)}`);
  if (spec.template) describePodTemplate(out, spec.template);
  describeConditions(out, set as Pick<Deployment, 'status'>);
}

interface ClaimTemplate extends KubeObject {
  spec?: { storageClassName?: string; accessModes?: string[]; resources?: { requests?: { storage?: string } } };
}

function describeClaims(out: DescribeText, claims: readonly ClaimTemplate[]): void {
  if (claims.length === 0) {
    out.line(0, 'Volume Claims:\t<none>');
    return;
  }
  out.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    out.line(1, `Name:\t${metadata.name}`);
    out.line(1, `StorageClass:\t${spec?.storageClassName ?? ''}`);
    out.pairs(1, 'Labels', metadata.labels);
    out.annotations(1, metadata.annotations);
    out.line(1, `Capacity:\t${spec?.resources?.requests?.storage ?? '<default>'}`);
    out.line(1, `Access Modes:\t[${(spec?.accessModes ?? []).join(' ')}]`);
  }
}

export async function describeStatefulSet(out: DescribeText, session: Session, set: StatefulSet): Promise<void> {
  const { metadata, spec, status } = set;
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace}`);
  out.line(0, `CreationTimestamp:\t${goTime(metadata.creationTimestamp)}`);
  out.line(0, `Selector:\t${selectorText(spec.selector.matchLabels)}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
  out.line(0, `Replicas:\t${spec.replicas ?? 1} desired | ${status?.replicas ?? 0} total`);
  const strategy = (spec as { updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } })
    .updateStrategy;
  out.line(0, `Update Strategy:\t${strategy?.type ?? 'RollingUpdate'}`);
  if (strategy?.rollingUpdate?.partition !== undefined) out.line(1, `Partition:\t${strategy.rollingUpdate.partition}`);
  out.line(0, `Pods Status:\t${await podsStatus(session, set)}`);
  describePodTemplate(out, spec.template);
  describeClaims(out, (spec as { volumeClaimTemplates?: ClaimTemplate[] }).volumeClaimTemplates ?? []);
}
