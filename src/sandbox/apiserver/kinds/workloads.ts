import { sameJson } from '../../../kube/json-value.ts';
import { dnsLabel, dnsSubdomain } from '../../../kube/names.ts';
import type { Deployment, KubeObject, PodTemplateSpec, ReplicaSet, StatefulSet } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField, immutable, invalidValue, nonNegative, notSupported } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { defaultPodSpec } from './pod-spec.ts';
import { amountErrors } from './validation/amounts.ts';
import { workloadErrors } from './validation/workloads.ts';

/** The strategies of apps/v1: what a selector and a pod template have in common, then each kind's own. */
const ofReplicas = { selectorOf: 'deployment', templateOf: 'ReplicaSet' };
const ofStatefulSet = { selectorOf: 'statefulset', templateOf: 'StatefulSet' };
const replicas = { spec: '.spec.replicas', status: '.status.replicas', selector: '.spec.selector' };

export const deploymentStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'spec',
  hasStatus: true,
  scale: replicas,
  defaults(draft) {
    const { spec } = draft as Deployment;
    if (!spec) return;
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
    spec.strategy ??= {};
    spec.strategy.type ??= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
  },
  validate(object) {
    const { spec } = object as Deployment;
    return [
      ...workloadErrors(spec, ofReplicas),
      ...strategyErrors(spec.strategy),
      ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
      ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
      ...deadlineErrors(spec),
    ];
  },
  validateUpdate: (object, current) => selectorIsImmutable(object, current),
};

export const replicaSetStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'spec',
  hasStatus: true,
  scale: replicas,
  defaults(draft) {
    const { spec } = draft as ReplicaSet;
    if (!spec) return;
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
  },
  prepareCreate(draft) {
    (draft as ReplicaSet).status = { replicas: 0 };
    return [];
  },
  validate: (object) => workloadErrors((object as ReplicaSet).spec, ofReplicas),
  validateUpdate: (object, current) => selectorIsImmutable(object, current),
  selectableFields: { 'status.replicas': (object) => String((object as ReplicaSet).status?.replicas ?? 0) },
};

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetStrategy: Strategy = {
  nameRule: dnsLabel,
  generation: 'spec',
  hasStatus: true,
  scale: replicas,
  defaults(draft) {
    const { spec } = draft as StatefulSet;
    if (!spec) return;
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
    spec.podManagementPolicy ??= 'OrderedReady';
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ??= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.partition ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    Object.assign(spec, { persistentVolumeClaimRetentionPolicy: retentionPolicy(spec) });
    for (const claim of spec.volumeClaimTemplates ?? []) defaultClaim(claim);
  },
  prepareCreate(draft) {
    (draft as StatefulSet).status = { replicas: 0, availableReplicas: 0 };
    return [];
  },
  validate(object) {
    const { spec } = object as StatefulSet;
    return [...policyErrors(spec), ...workloadErrors(spec, ofStatefulSet)];
  },
  validateUpdate(object, current) {
    const [next, before] = [object as StatefulSet, current as StatefulSet].map(({ spec }) =>
      Object.fromEntries(Object.entries(spec).filter(([field]) => !statefulSetMutable.includes(field))),
    );
    if (sameJson(next, before)) return [];
    return [
      forbiddenField(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    ];
  },
};

function policyErrors(spec: StatefulSet['spec']): StatusCause[] {
  const errors: StatusCause[] = [];
  if (!['OrderedReady', 'Parallel'].includes(spec.podManagementPolicy ?? '')) {
    const why = "must be 'OrderedReady' or 'Parallel'";
    errors.push(invalidValue('spec.podManagementPolicy', spec.podManagementPolicy, why));
  }
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === 'OnDelete' && rollingUpdate) {
    const why = "only allowed for updateStrategy 'RollingUpdate'";
    errors.push(invalidValue('spec.updateStrategy.rollingUpdate', rollingUpdate, why));
  } else if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    errors.push(invalidValue('spec.updateStrategy', spec.updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
  }
  return [...errors, ...nonNegative('spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition)];
}

function retentionPolicy(spec: StatefulSet['spec']): object {
  const given = (spec as { persistentVolumeClaimRetentionPolicy?: object }).persistentVolumeClaimRetentionPolicy;
  return { whenDeleted: 'Retain', whenScaled: 'Retain', ...given };
}

function defaultClaim(claim: KubeObject): void {
  claim.apiVersion ??= 'v1';
  claim.kind ??= 'PersistentVolumeClaim';
  claim['spec'] = { volumeMode: 'Filesystem', ...(claim['spec'] as object | undefined) };
  claim['status'] ??= { phase: 'Pending' };
}

function defaultTemplate(template: PodTemplateSpec | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec);
}

function deadlineErrors({ progressDeadlineSeconds: seconds, minReadySeconds = 0 }: Deployment['spec']): StatusCause[] {
  if (seconds === undefined) return [];
  const errors = nonNegative('spec.progressDeadlineSeconds', seconds);
  if (seconds > minReadySeconds) return errors;
  return [...errors, invalidValue('spec.progressDeadlineSeconds', seconds, 'must be greater than minReadySeconds')];
}

function strategyErrors(strategy: Deployment['spec']['strategy']): StatusCause[] {
  if (strategy?.type === 'Recreate') {
    if (!strategy.rollingUpdate) return [];
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return [forbiddenField('spec.strategy.rollingUpdate', why)];
  }
  if (strategy?.type !== 'RollingUpdate')
    return [notSupported('spec.strategy.type', strategy?.type, ['Recreate', 'RollingUpdate'])];
  const { maxSurge, maxUnavailable } = strategy.rollingUpdate ?? {};
  const errors = [
    ...amountErrors('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable),
    ...amountErrors('spec.strategy.rollingUpdate.maxSurge', maxSurge),
  ];
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    errors.push(
      invalidValue('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  return errors;
}

const isZero = (amount: number | string | undefined) => amount === 0 || amount === '0%';

function selectorIsImmutable(object: KubeObject, current: KubeObject): StatusCause[] {
  const [next, before] = [object, current].map((each) => (each as Deployment).spec.selector);
  return sameJson(next, before) ? [] : [immutable('spec.selector', next)];
}
