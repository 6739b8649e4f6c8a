import { randomSuffix } from '../../../kube/names.ts';
import type { KubeObject, Namespace, Pod, ServiceAccount } from '../../../kube/objects.ts';
import { namespaces, serviceAccounts } from '../../../kube/resources.ts';
import { forbidden, notFound, StatusError } from '../../../kube/status.ts';
import type { Random } from '../../../platform/random.ts';
import type { Store } from '../../store/store.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

const undeletable = ['default', 'kube-system', 'kube-public'];

/** Kubernetes: NamespaceLifecycle. Nothing is created where no namespace is, or where one is on its way out. */
export function namespaceLifecycle(store: Store): AdmissionPlugin {
  return {
    mutate({ operation, resource, namespace, name }) {
      if (resource.kind === 'Namespace' && resource.group === '') {
        if (operation === 'DELETE' && undeletable.includes(name)) {
          throw forbidden(resource, name, 'this namespace may not be deleted');
        }
        return;
      }
      if (!resource.namespaced || operation !== 'CREATE' || namespace === undefined) return;
      const home = store.get('namespaces', '', namespace) as Namespace | undefined;
      if (!home) throw notFound(namespaces, namespace);
      if (home.metadata.deletionTimestamp !== undefined) throw terminating(resource, name, namespace);
    },
  };
}

function terminating(resource: AdmissionRequest['resource'], name: string, namespace: string): StatusError {
  const error = forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const message = `namespace ${namespace} is being terminated`;
  return new StatusError(403, 'Forbidden', error.message, {
    ...error.status.details,
    causes: [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  });
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Kubernetes: ServiceAccount. Pods run as `default` when they name no one, with a projected token mounted. */
export function serviceAccountAdmission(store: Store, random: Random): AdmissionPlugin {
  return {
    mutate(request) {
      const pod = createdPod(request);
      if (!pod) return;
      const { spec, metadata } = pod;
      spec.serviceAccountName ||= 'default';
      spec.serviceAccount = spec.serviceAccountName;
      const account = store.get('serviceaccounts', request.namespace ?? '', spec.serviceAccountName);
      if (!account) {
        const why = `error looking up service account ${request.namespace}/${spec.serviceAccountName}: ${notFound(serviceAccounts, spec.serviceAccountName).message.replace('serviceaccounts', 'serviceaccount')}`;
        throw forbidden(request.resource, metadata.name ?? '', why);
      }
      if (wantsToken(pod, account)) mountToken(pod, random);
    },
  };
}

function wantsToken({ spec }: Pod, account: KubeObject): boolean {
  const ofPod = spec['automountServiceAccountToken'];
  return (ofPod ?? (account as ServiceAccount)['automountServiceAccountToken']) !== false;
}

function mountToken({ spec }: Pod, random: Random): void {
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  const missing = all.filter((container) => !container.volumeMounts?.some((mount) => mount.mountPath === tokenPath));
  if (missing.length === 0) return;
  const existing = spec.volumes?.find((volume) => volume.name?.startsWith('kube-api-access-'));
  const volume = existing ?? tokenVolume(`kube-api-access-${randomSuffix(random)}`);
  if (!existing) spec.volumes = [...(spec.volumes ?? []), volume];
  for (const container of missing) {
    const mount = { name: volume.name, readOnly: true, mountPath: tokenPath };
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
  }
}

function tokenVolume(name: string): { name: string } & Record<string, unknown> {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

const evictedAfterSeconds = 300;

/** Kubernetes: Priority and DefaultTolerationSeconds. */
export const podDefaults: AdmissionPlugin = {
  mutate(request) {
    const pod = createdPod(request);
    if (!pod) return;
    const { spec } = pod;
    const systemPriorities: Record<string, number> = {
      'system-cluster-critical': 2000000000,
      'system-node-critical': 2000001000,
    };
    spec['priority'] ??= systemPriorities[spec.priorityClassName ?? ''] ?? 0;
    spec['preemptionPolicy'] ??= 'PreemptLowerPriority';
    const tolerations =
      (spec['tolerations'] as { key?: string; operator?: string; effect?: string }[] | undefined) ?? [];
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const isTolerated = tolerations.some(
        (each) => (each.key === key || !each.key) && (each.effect === 'NoExecute' || !each.effect),
      );
      if (isTolerated) continue;
      const added = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: evictedAfterSeconds };
      spec['tolerations'] = [...((spec['tolerations'] as unknown[] | undefined) ?? []), added];
    }
  },
};

function createdPod({ operation, resource, object, subresource }: AdmissionRequest): Pod | undefined {
  const isNewPod = operation === 'CREATE' && resource.kind === 'Pod' && resource.group === '' && subresource === '';
  const pod = object as Pod | undefined;
  return isNewPod && Array.isArray(pod?.spec?.containers) ? pod : undefined;
}
