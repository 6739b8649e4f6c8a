import { randomUUID } from 'node:crypto';
import { createPatch } from 'rfc6902';
import type { Namespace, Pod } from '../../../../kube/objects.ts';
import * as resources from '../../../../kube/resources.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { ClusterApi } from '../../../cluster-api.ts';
import type { Review } from '../admission-server.ts';
import type { CertificateManager } from '../certificate/manager.ts';
import { errorCodes } from '../error-codes.ts';
import type { LogWriter } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { controlPlaneLabels, type OsmInstall, type SidecarImages } from '../names.ts';
import { tlsProtocol } from '../policy/envoy-defaults.ts';
import { readMeshConfig } from '../read-snapshot.ts';
import { bootstrapSecretData, copiedBootstrapData } from './bootstrap.ts';
import { type Injected, type InjectionContext, inject, proxyUuidOf } from './inject.ts';
import { InjectionRefused, type Uninjected, whyNotInjected } from './must-inject.ts';

export interface InjectorParts {
  api: ClusterApi;
  certificates: CertificateManager;
  install: OsmInstall;
  images: SidecarImages;
  pullPolicy: InjectionContext['pullPolicy'];
  log: LogWriter;
  clock: Clock;
  metrics: Metrics;
}

const component = 'sidecar-injector';
const bootstrapSecretName = (uuid: string) => `envoy-bootstrap-config-${uuid}`;

/** The mutating webhook: decides, patches, and leaves the sidecar's bootstrap secret beside the pod. */
export function podReview(parts: InjectorParts): Review {
  const { api, install, images, pullPolicy, log } = parts;
  return async ({ uid, namespace: namespaceName = '', object, dryRun }) => {
    const pod = object as Pod;
    const namespace: Namespace = api.get(resources.namespaces, namespaceName) ?? { metadata: { name: namespaceName } };
    try {
      const reason = whyNotInjected(pod, namespace, install);
      if (reason) {
        tellSkipped(log, reason, pod, namespaceName);
        return { uid, allowed: true };
      }
      const uuid = randomUUID();
      const meshConfig = readMeshConfig(api, install);
      const injected = inject(pod, { namespace, meshConfig, images, pullPolicy, uuid });
      if (!dryRun) await createBootstrapSecret(parts, { pod, namespace: namespaceName, uuid, injected });
      const patch = Buffer.from(JSON.stringify(createPatch(pod, injected.pod))).toString('base64');
      return { uid, allowed: true, patchType: 'JSONPatch', patch };
    } catch (error) {
      const code = error instanceof InjectionRefused ? errorCodes.decidingOnInjection : undefined;
      log.error(component, `Failed to create patch for pod in namespace ${namespaceName}`, error as Error, code);
      if (!(error instanceof InjectionRefused))
        return { uid, allowed: false, status: { message: 'Error creating patch' } };
      return { uid, allowed: false, status: { message: error.message } };
    }
  };
}

function tellSkipped(log: LogWriter, reason: Uninjected, { metadata }: Pod, namespace: string): void {
  const uid = metadata.uid ?? '';
  switch (reason) {
    case 'host-network':
      log.debug(component, `Pod with UID ${uid} has HostNetwork enabled, cannot inject a sidecar`);
      break;
    case 'namespace':
      log.warn(
        component,
        `Mutation request is for pod with UID ${uid}; Injection in Namespace ${namespace} is not permitted`,
      );
      break;
    case 'annotations':
      log.debug(component, `Skipping sidecar injection for pod with UID ${uid} in namespace ${namespace}`);
  }
}

interface NewProxy {
  pod: Pod;
  namespace: string;
  uuid: string;
  injected: Injected;
}

/** The sidecar's way to its control plane. A copy of an injected pod gets its original's, under its own name. */
async function createBootstrapSecret(
  parts: InjectorParts,
  { pod, namespace, uuid, injected }: NewProxy,
): Promise<void> {
  const { api, certificates, install, clock, metrics } = parts;
  const startedMs = clock.now();
  const account = pod.spec.serviceAccountName || 'default';
  const certificate = await certificates.issueInternal(`${uuid}.sidecar.${account}.${namespace}`);
  metrics.add('osm_cert_issued_count', {});
  metrics.observe('osm_cert_issued_time', {}, (clock.now() - startedMs) / 1000);
  const original = proxyUuidOf(pod);
  const data =
    original === undefined
      ? bootstrapSecretData(certificate, injected.probes, tlsProtocol(readMeshConfig(api, install)), install.namespace)
      : copiedBootstrapData(certificate, await existingBootstrap(parts, original, namespace));
  await api.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: bootstrapSecretName(uuid), namespace, labels: controlPlaneLabels(install) },
    type: 'Opaque',
    data,
  });
}

async function existingBootstrap({ api }: InjectorParts, uuid: string, namespace: string): Promise<string> {
  const name = bootstrapSecretName(uuid);
  const secret = api.get(resources.secrets, name, namespace);
  if (!secret) throw new InjectionRefused(`secrets "${name}" not found`);
  return Buffer.from(secret.data?.['bootstrap.yaml'] ?? '', 'base64').toString();
}
