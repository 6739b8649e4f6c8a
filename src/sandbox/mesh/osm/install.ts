import type { KubeObject } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { addOnMeshConfig, addOnRelease } from './add-on.ts';
import { controlPlaneDeployments } from './chart/deployments.ts';
import { controlPlaneAccount, controlPlaneAutoscalers, controlPlaneServices } from './chart/objects.ts';
import { presetConfigMap } from './chart/preset-mesh-config.ts';
import { webhookNamesOf } from './chart/release.ts';
import * as kinds from './kinds.ts';
import { addOn, meshConfigName, presetConfigMapName } from './names.ts';

const horizontalPodAutoscalers: ResourceRef<KubeObject> = {
  group: 'autoscaling',
  version: 'v2',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};

/**
 * The AKS add-on as Azure switches it on and off. The components do the rest by themselves once their pods run: kinds and
 * MeshConfig (osm-bootstrap), root certificate and webhooks (osm-injector, osm-controller). `osm install` puts up the same chart over HTTPS.
 */
export async function installOpenServiceMesh(api: ClusterApi): Promise<void> {
  await ensure(api, resources.serviceAccounts, controlPlaneAccount(addOnRelease));
  await ensure(api, resources.configMaps, presetConfigMap(addOnRelease, addOnMeshConfig()));
  for (const service of controlPlaneServices(addOnRelease)) await ensure(api, resources.services, service);
  for (const deployment of controlPlaneDeployments(addOnRelease)) await ensure(api, resources.deployments, deployment);
  if (!isServed(api, horizontalPodAutoscalers)) return;
  for (const autoscaler of controlPlaneAutoscalers(addOnRelease)) {
    await ensure(api, horizontalPodAutoscalers, autoscaler);
  }
}

/** What disabling leaves behind, as on AKS: the kinds with their objects, and the sidecars of running pods. */
export async function removeOpenServiceMesh(api: ClusterApi): Promise<void> {
  const webhooks = webhookNamesOf(addOnRelease);
  await api.delete(resources.mutatingWebhookConfigurations, webhooks.mutating);
  await api.delete(resources.validatingWebhookConfigurations, webhooks.validating);
  const remove = (ref: ResourceRef, objects: readonly KubeObject[]) =>
    Promise.all(
      objects.map(({ metadata }) =>
        api.delete(ref, metadata.name ?? '', addOn.namespace, { propagationPolicy: 'Background' }),
      ),
    );
  if (isServed(api, horizontalPodAutoscalers)) {
    await remove(horizontalPodAutoscalers, controlPlaneAutoscalers(addOnRelease));
  }
  await remove(resources.deployments, controlPlaneDeployments(addOnRelease));
  await remove(resources.services, controlPlaneServices(addOnRelease));
  await remove(resources.serviceAccounts, [controlPlaneAccount(addOnRelease)]);
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
