import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createPatch } from 'rfc6902';
import type { KubeObject, Pod } from '../../../../kube/objects.ts';
import * as resources from '../../../../kube/resources.ts';
import type { ClusterApi } from '../../../cluster-api.ts';
import type { CertificateAuthority } from '../../../pki/authority.ts';
import { issueXdsCertificate, xdsName } from '../certificates.ts';
import type { LogWriter } from '../log.ts';
import { controlPlaneLabels, type OsmInstall, type SidecarImages } from '../names.ts';
import { readMeshConfig } from '../read-snapshot.ts';
import { bootstrapSecretData } from './bootstrap.ts';
import { inject } from './inject.ts';
import { InjectionRefused, mustInject } from './must-inject.ts';
import type { ProbeRoute } from './probes.ts';

/** AdmissionReview v1, as the API server sends it and wants it back. */
export interface AdmissionRequest {
  uid: string;
  namespace?: string;
  name?: string;
  operation: string;
  dryRun?: boolean;
  kind?: { group: string; version: string; kind: string };
  object?: KubeObject;
}

export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: { message: string; code?: number };
  patchType?: 'JSONPatch';
  patch?: string;
}

export type Review = (request: AdmissionRequest) => Promise<AdmissionResponse>;

/** A bigger object than etcd takes is none that the API server would send. */
const largestReviewBytes = 8 * 1024 * 1024;

/** Answers POSTs of AdmissionReviews on one path. */
export function answerReviews(path: string, review: Review): (req: IncomingMessage, res: ServerResponse) => void {
  return (request, response) => {
    const url = (request.url ?? '').split('?')[0];
    if (url !== path || request.method !== 'POST') {
      response.writeHead(url === path ? 405 : 404).end();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestReviewBytes) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      void answer(Buffer.concat(chunks), review).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
  };
}

async function answer(body: Buffer, review: Review): Promise<{ status: number; body: string }> {
  let request: AdmissionRequest;
  try {
    request = (JSON.parse(body.toString()) as { request: AdmissionRequest }).request;
  } catch {
    return { status: 400, body: JSON.stringify({ message: 'expected an AdmissionReview' }) };
  }
  const response = await review(request);
  return {
    status: 200,
    body: JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }),
  };
}

export interface InjectorParts {
  api: ClusterApi;
  authority: CertificateAuthority;
  install: OsmInstall;
  images: SidecarImages;
  log: LogWriter;
}

/** The mutating webhook: decides, patches, and leaves the sidecar's bootstrap secret beside the pod. */
export function podReview(parts: InjectorParts): Review {
  const { api, install, images, log } = parts;
  return async ({ uid, namespace: namespaceName = '', object, dryRun }) => {
    const pod = object as Pod;
    const namespace = api.get(resources.namespaces, namespaceName);
    try {
      if (!namespace || !mustInject(pod, namespace, install)) {
        log.info(
          'sidecar-injector',
          `Mutation request is for pod with UID ${pod.metadata.uid ?? ''}; Injection in Namespace ${namespaceName} is not permitted`,
        );
        return { uid, allowed: true };
      }
      const proxyUuid = randomUUID();
      const { pod: injected, probes } = inject(pod, {
        namespace,
        meshConfig: readMeshConfig(api, install),
        images,
        uuid: proxyUuid,
      });
      const account = pod.spec.serviceAccountName || 'default';
      if (!dryRun) await createBootstrapSecret(parts, { proxyUuid, namespace: namespaceName, account, probes });
      const patch = Buffer.from(JSON.stringify(createPatch(pod, injected))).toString('base64');
      return { uid, allowed: true, patchType: 'JSONPatch', patch };
    } catch (error) {
      if (!(error instanceof InjectionRefused)) log.error('sidecar-injector', 'Error creating patch', error as Error);
      return { uid, allowed: false, status: { message: (error as Error).message } };
    }
  };
}

async function createBootstrapSecret(
  { api, authority, install }: InjectorParts,
  proxy: { proxyUuid: string; namespace: string; account: string; probes: readonly ProbeRoute[] },
): Promise<void> {
  const { proxyUuid, namespace, account, probes } = proxy;
  const name = xdsName(proxyUuid, { namespace, account }, install.trustDomain);
  const pair = issueXdsCertificate(authority, name);
  await api.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `envoy-bootstrap-config-${proxyUuid}`, namespace, labels: controlPlaneLabels(install) },
    type: 'Opaque',
    data: bootstrapSecretData(name, probes, pair, authority.certPem, install.namespace),
  });
}
