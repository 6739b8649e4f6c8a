import type { CustomResourceDefinition } from '../../../kube/api-extensions.ts';
import * as resources from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { type MeshRootCertificate, meshRootCertificates } from './certificate/mesh-root-certificate.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';
import {
  meshConfigName,
  type OsmInstall,
  presetConfigMapKey,
  presetConfigMapName,
  presetRootCertificate,
} from './names.ts';
import { untilServed } from './served-kinds.ts';

const exists = (error: unknown) => error instanceof StatusError && error.reason === 'AlreadyExists';

export async function createDefinitions(
  api: ClusterApi,
  definitions: readonly CustomResourceDefinition[],
  log: LogWriter,
): Promise<void> {
  for (const definition of definitions) {
    const name = definition.metadata.name ?? '';
    if (api.get(resources.customResourceDefinitions, name)) continue;
    log.info('osm-bootstrap/main', `crds ${name} not found, creating CRD`);
    await api.create(resources.customResourceDefinitions, definition).catch((error) => {
      if (!exists(error)) throw error;
    });
  }
}

/** From the preset, and only when there is none: what a learner changed stays. */
export async function createMeshConfig(
  api: ClusterApi,
  { namespace }: Pick<OsmInstall, 'namespace'>,
  clock: Clock,
  signal: AbortSignal,
  log: LogWriter,
): Promise<void> {
  await untilServed(api, clock, [kinds.meshConfigs], signal);
  if (api.get(kinds.meshConfigs, meshConfigName, namespace)) return;
  const preset = api.get(resources.configMaps, presetConfigMapName, namespace);
  const text = preset?.data?.[presetConfigMapKey] ?? '{}';
  const meshConfig: kinds.MeshConfig = {
    apiVersion: 'config.openservicemesh.io/v1alpha2',
    kind: 'MeshConfig',
    metadata: { name: meshConfigName, namespace },
    spec: JSON.parse(text) as kinds.MeshConfigSpec,
  };
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  meshConfig.metadata.annotations = { [annotation]: `${JSON.stringify(meshConfig)}\n` };
  await api.create(kinds.meshConfigs, meshConfig).catch((error) => {
    if (!exists(error)) throw error;
  });
  log.info('osm-bootstrap/main', `MeshConfig (${meshConfigName}) created in namespace ${namespace}`);
}

/** Active from the start, and only when the namespace has none (config.openservicemesh.io MeshRootCertificate). */
export async function createMeshRootCertificate(
  api: ClusterApi,
  { namespace }: Pick<OsmInstall, 'namespace'>,
  clock: Clock,
  signal: AbortSignal,
  log: LogWriter,
): Promise<void> {
  await untilServed(api, clock, [meshRootCertificates], signal);
  if (api.list(meshRootCertificates, { namespace }).length > 0) return;
  const { name, configMap, key } = presetRootCertificate;
  const text = api.get(resources.configMaps, configMap, namespace)?.data?.[key];
  if (text === undefined) throw new Error(`configmaps "${configMap}" not found`);
  await api
    .create(meshRootCertificates, {
      apiVersion: 'config.openservicemesh.io/v1alpha2',
      kind: 'MeshRootCertificate',
      metadata: { name, namespace },
      spec: JSON.parse(text) as NonNullable<MeshRootCertificate['spec']>,
    })
    .catch((error) => {
      if (!exists(error)) throw error;
    });
  await api.modifyStatus(meshRootCertificates, name, namespace, (draft) => {
    draft.status = { state: 'active' };
  });
  log.info('osm-bootstrap/main', `Successfully created MeshRootCertificate ${name} in ${namespace}.`);
}
