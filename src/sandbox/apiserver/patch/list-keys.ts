// Table: which lists of built-in types merge, and by what (patchMergeKey and listMapKeys in Kubernetes' types.go).
type ListRule =
  | { type: 'keyed'; keys: readonly string[]; retainKeys?: boolean }
  | { type: 'set' }
  /** Not a list: a struct whose other members go when a patch names its members ($retainKeys). */
  | { type: 'retain-keys' };

const by = (...keys: string[]): ListRule => ({ type: 'keyed', keys });
const conditions = by('type');

/** By `<type>.<field>`. The first key is the one that strategic merge uses; lists not named here are replaced. */
export const listKeys: Record<string, ListRule | undefined> = {
  'V1ObjectMeta.ownerReferences': by('uid'),
  'V1ObjectMeta.finalizers': { type: 'set' },
  'V1PodSpec.containers': by('name'),
  'V1PodSpec.initContainers': by('name'),
  'V1PodSpec.ephemeralContainers': by('name'),
  'V1PodSpec.volumes': { type: 'keyed', keys: ['name'], retainKeys: true },
  'V1PodSpec.imagePullSecrets': by('name'),
  'V1PodSpec.hostAliases': by('ip'),
  'V1PodSpec.schedulingGates': by('name'),
  'V1PodSpec.resourceClaims': { type: 'keyed', keys: ['name'], retainKeys: true },
  'V1PodSpec.topologySpreadConstraints': by('topologyKey', 'whenUnsatisfiable'),
  'V1Container.ports': by('containerPort', 'protocol'),
  'V1Container.env': by('name'),
  'V1Container.volumeMounts': by('mountPath'),
  'V1Container.volumeDevices': by('devicePath'),
  'V1EphemeralContainer.ports': by('containerPort', 'protocol'),
  'V1EphemeralContainer.env': by('name'),
  'V1EphemeralContainer.volumeMounts': by('mountPath'),
  'V1EphemeralContainer.volumeDevices': by('devicePath'),
  'V1ResourceRequirements.claims': by('name'),
  'V1PodStatus.conditions': conditions,
  'V1PodStatus.podIPs': by('ip'),
  'V1PodStatus.resourceClaimStatuses': by('name'),
  'V1ServiceSpec.ports': by('port', 'protocol'),
  'V1ServiceStatus.conditions': conditions,
  'V1ServiceAccount.secrets': by('name'),
  'V1ServiceAccount.imagePullSecrets': by('name'),
  'V1NamespaceStatus.conditions': conditions,
  'V1NodeSpec.podCIDRs': { type: 'set' },
  'V1NodeStatus.addresses': by('type'),
  'V1NodeStatus.conditions': conditions,
  'V1PersistentVolumeClaimStatus.conditions': conditions,
  'V1PodDisruptionBudgetStatus.conditions': conditions,
  'V1DeploymentSpec.strategy': { type: 'retain-keys' },
  'V1DeploymentStatus.conditions': conditions,
  'V1ReplicaSetStatus.conditions': conditions,
  'V1StatefulSetStatus.conditions': conditions,
  'V2HorizontalPodAutoscalerStatus.conditions': conditions,
  'V1MutatingWebhookConfiguration.webhooks': by('name'),
  'V1ValidatingWebhookConfiguration.webhooks': by('name'),
  'V1CustomResourceDefinitionStatus.conditions': conditions,
};
