import type { KubeObject } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { loadOrCreateAuthority } from './certificates.ts';
import * as kinds from './kinds.ts';
import { addOn, meshConfigName, presetConfigMapName } from './names.ts';
import * as workloads from './workloads.ts';

/**
 * The AKS add-on as Azure switches it on and off. The components do the rest by themselves once their pods run: kinds and
 * MeshConfig (osm-bootstrap), webhooks (osm-injector, osm-controller).
 */
export async function installOpenServiceMesh(api: ClusterApi, { clock }: { clock: Clock }): Promise<void> {
  await loadOrCreateAuthority(api, clock, addOn);
  await ensure(api, resources.serviceAccounts, workloads.controlPlaneAccount());
  await ensure(api, resources.configMaps, workloads.presetConfigMap());
  for (const service of workloads.controlPlaneServices()) await ensure(api, resources.services, service);
  for (const deployment of workloads.controlPlaneDeployments()) await ensure(api, resources.deployments, deployment);
  if (!isServed(api, workloads.horizontalPodAutoscalers)) return;
  for (const autoscaler of workloads.controlPlaneAutoscalers()) {
    await ensure(api, workloads.horizontalPodAutoscalers, autoscaler);
  }
}

/** What disabling leaves behind, as on AKS: the kinds with their objects, and the sidecars of running pods. */
export async function removeOpenServiceMesh(api: ClusterApi): Promise<void> {
  await api.delete(resources.mutatingWebhookConfigurations, workloads.mutatingWebhookName);
  await api.delete(resources.validatingWebhookConfigurations, workloads.validatingWebhookName);
  const remove = (ref: ResourceRef, objects: readonly KubeObject[]) =>
    Promise.all(
      objects.map(({ metadata }) =>
        api.delete(ref, metadata.name ?? '', addOn.namespace, { propagationPolicy: 'Background' }),
      ),
    );
  if (isServed(api, workloads.horizontalPodAutoscalers)) {
    await remove(workloads.horizontalPodAutoscalers, workloads.controlPlaneAutoscalers());
  }
  await remove(resources.deployments, workloads.controlPlaneDeployments());
  await remove(resources.services, workloads.controlPlaneServices());
  await remove(resources.serviceAccounts, [workloads.controlPlaneAccount()]);
  await api.delete(resources.configMaps, presetConfigMapName, addOn.namespace);
  await api.delete(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
  if (isServed(api, kinds.meshConfigs)) await api.delete(kinds.meshConfigs, meshConfigName, addOn.namespace);
}

const isServed = (api: ClusterApi, ref: ResourceRef): boolean =>
  api.resources().some(({ group, resource }) => group === ref.group && resource === ref.resource);

/** Enabling twice, or after a restart, changes nothing that is there. */
async function ensure<T extends KubeObject>(api: ClusterApi, ref: ResourceRef<T>, object: T): Promise<void> {
  if (api.get(ref, object.metadata.name ?? '', object.metadata.namespace)) return;
  try {
    await api.create(ref, object);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  }
}
