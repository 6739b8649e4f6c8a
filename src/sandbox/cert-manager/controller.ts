import { apiTime } from '../../kube/duration.ts';
import type { KubeObject, Secret } from '../../kube/objects.ts';
import type { ResourceRef } from '../../kube/resources.ts';
import * as resources from '../../kube/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { CertificateAuthority } from '../pki/authority.ts';
import type { RsaKeys } from '../pki/rsa-keys.ts';
import * as kinds from './kinds.ts';
import { authorityOf, issueCertificate, signRequest } from './signing.ts';

/**
 * A small cert-manager: CA and self-signed issuers, CertificateRequests and Certificates, as cert-manager 1.x answers
 * them. It approves every request, signs Certificates itself instead of through a request, and never renews. It knows no
 * mesh.
 */
export interface ControllerParts {
  api: ClusterApi;
  clock: Clock;
  keys: RsaKeys;
  /** Where a ClusterIssuer's secret lies. */
  clusterResourceNamespace: string;
  log: (line: string) => void;
}

/** Who signs: an authority, itself, or nobody for a reason. */
type Signer =
  | { type: 'authority'; authority: CertificateAuthority }
  | { type: 'self' }
  | { type: 'none'; reason: string; message: string };

const keyBits = 2048;

/** Starts it; returns how to stop. One object is worked on at a time. */
export function startCertManager(parts: ControllerParts): () => void {
  const { api, log } = parts;
  let queue = Promise.resolve();
  let stopped = false;
  const enqueue = (what: string, work: () => Promise<void>) => {
    queue = queue
      .then(() => (stopped ? undefined : work()))
      .catch((error: Error) => log(`E cert-manager: ${what}: ${error.message}`));
  };
  const watch = <T extends KubeObject>(
    ref: ResourceRef<T>,
    reconcile: (parts: ControllerParts, object: T) => Promise<void>,
  ) =>
    api.watch(ref, ({ type, object: { metadata } }) => {
      if (type === 'DELETED') return;
      enqueue(`${ref.resource} ${metadata.namespace ?? ''}/${metadata.name}`, async () => {
        const now = api.get(ref, metadata.name ?? '', metadata.namespace);
        if (now) await reconcile(parts, now);
      });
    });
  const stops = [
    watch(kinds.issuers, reconcileIssuer),
    watch(kinds.clusterIssuers, reconcileIssuer),
    watch(kinds.certificates, reconcileCertificate),
    watch(kinds.certificateRequests, reconcileRequest),
    // A CA's secret may come after its issuer, and an issuer after those who refer to it.
    watch(resources.secrets, async () => {
      for (const ref of [kinds.issuers, kinds.clusterIssuers]) {
        for (const issuer of api.list(ref)) await reconcileIssuer(parts, issuer);
      }
    }),
  ];
  return () => {
    stopped = true;
    for (const stop of stops) stop();
  };
}

function signerOf({ api, clock, clusterResourceNamespace }: ControllerParts, issuer: kinds.IssuerObject): Signer {
  const { selfSigned, ca } = issuer.spec ?? {};
  if (selfSigned) return { type: 'self' };
  if (!ca) {
    const message = 'the sandbox has CA and self-signed issuers only';
    return { type: 'none', reason: 'ErrInitIssuer', message };
  }
  const namespace = issuer.metadata.namespace ?? clusterResourceNamespace;
  const secret = api.get(resources.secrets, ca.secretName, namespace);
  if (!secret) {
    const message = `Error getting keypair for CA issuer: secrets "${ca.secretName}" not found`;
    return { type: 'none', reason: 'ErrGetKeyPair', message };
  }
  try {
    return { type: 'authority', authority: authorityOf(secret, clock) };
  } catch (error) {
    const message = `Error getting keypair for CA issuer: ${(error as Error).message}`;
    return { type: 'none', reason: 'ErrInvalidKeyPair', message };
  }
}

async function reconcileIssuer(parts: ControllerParts, issuer: kinds.IssuerObject): Promise<void> {
  const signer = signerOf(parts, issuer);
  const wasReady = isReady(issuer);
  const ref = issuer.metadata.namespace ? kinds.issuers : kinds.clusterIssuers;
  await setCondition(parts, ref, issuer, {
    type: 'Ready',
    status: signer.type === 'none' ? 'False' : 'True',
    reason: signer.type === 'none' ? signer.reason : signer.type === 'self' ? 'IsReady' : 'KeyPairVerified',
    message: signer.type === 'none' ? signer.message : signer.type === 'self' ? '' : 'Signing CA verified',
  });
  if (wasReady || signer.type === 'none') return;
  for (const request of parts.api.list(kinds.certificateRequests)) await reconcileRequest(parts, request);
  for (const certificate of parts.api.list(kinds.certificates)) await reconcileCertificate(parts, certificate);
}

const isReady = ({ status }: { status?: { conditions?: kinds.Condition[] } }) =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

/** The issuer that a reference names, and who signs for it. */
function referenced(parts: ControllerParts, reference: kinds.IssuerReference, namespace: string | undefined): Signer {
  const kind = reference.kind ?? 'Issuer';
  const issuer =
    kind === 'ClusterIssuer'
      ? parts.api.get(kinds.clusterIssuers, reference.name)
      : parts.api.get(kinds.issuers, reference.name, namespace);
  if (issuer) return signerOf(parts, issuer);
  const message = `Referenced "${kind}" not found: ${kind.toLowerCase()}.cert-manager.io "${reference.name}" not found`;
  return { type: 'none', reason: 'Pending', message };
}

async function reconcileRequest(parts: ControllerParts, request: kinds.CertificateRequestObject): Promise<void> {
  const { spec, status, metadata } = request;
  const isDone = status?.certificate || status?.conditions?.some(({ reason }) => reason === 'Failed');
  if (!spec || isDone || (spec.issuerRef.group ?? 'cert-manager.io') !== 'cert-manager.io') return;
  await setCondition(parts, kinds.certificateRequests, request, {
    type: 'Approved',
    status: 'True',
    reason: 'cert-manager.io',
    message: 'Certificate request has been approved by cert-manager.io',
  });
  const signer = referenced(parts, spec.issuerRef, metadata.namespace);
  const ready = (state: Omit<kinds.Condition, 'type'>, rest: kinds.CertificateRequestObject['status'] = {}) =>
    setCondition(parts, kinds.certificateRequests, request, { type: 'Ready', ...state }, rest);
  if (signer.type === 'none') {
    await ready({ status: 'False', reason: 'Pending', message: signer.message });
    return;
  }
  try {
    if (signer.type === 'self') throw new Error('a self-signed issuer signs Certificates only, in the sandbox');
    const { authority } = signer;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const [certificate, ca] = [base64(signRequest(authority, request)), base64(authority.certPem)];
    const message = 'Certificate fetched from issuer successfully';
    await ready({ status: 'True', reason: 'Issued', message }, { certificate, ca });
  } catch (error) {
    const failureTime = apiTime(parts.clock.now());
    await ready({ status: 'False', reason: 'Failed', message: (error as Error).message }, { failureTime });
  }
}

async function reconcileCertificate(parts: ControllerParts, certificate: kinds.CertificateObject): Promise<void> {
  const { api, clock, keys } = parts;
  const { spec, metadata } = certificate;
  if (!spec || (isReady(certificate) && api.get(resources.secrets, spec.secretName, metadata.namespace))) return;
  const ready = (state: Omit<kinds.Condition, 'type'>) =>
    setCondition(parts, kinds.certificates, certificate, { type: 'Ready', ...state });
  const signer = referenced(parts, spec.issuerRef, metadata.namespace);
  if (signer.type === 'none') {
    await ready({ status: 'False', reason: 'DoesNotExist', message: signer.message });
    return;
  }
  const key = await keys.take(keyBits);
  const issued = issueCertificate(certificate, key, signer.type === 'self' ? undefined : signer.authority, clock);
  await keepSecret(parts, certificate, { 'tls.crt': issued.certPem, 'tls.key': issued.keyPem, 'ca.crt': issued.caPem });
  await ready({ status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' });
}

async function keepSecret(
  { api }: ControllerParts,
  { metadata, spec }: kinds.CertificateObject,
  texts: Record<string, string>,
): Promise<void> {
  const { name = '', namespace } = metadata;
  const secretName = spec?.secretName ?? '';
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  const annotations = { 'cert-manager.io/certificate-name': name };
  const write = (draft: Secret) => {
    draft.data = { ...draft.data, ...data };
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
  };
  if (await api.modify(resources.secrets, secretName, namespace, write)) return;
  await api.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, annotations, ...(namespace ? { namespace } : {}) },
    type: 'kubernetes.io/tls',
    data,
  });
}

/** One condition set, the others kept; nothing is written when it says what it said. */
async function setCondition<T extends KubeObject & { status?: { conditions?: kinds.Condition[] } }>(
  { api, clock }: ControllerParts,
  ref: ResourceRef<T>,
  { metadata }: T,
  condition: kinds.Condition,
  rest: object = {},
): Promise<void> {
  const { name = '', namespace } = metadata;
  await api.modifyStatus(ref, name, namespace, (draft) => {
    const all = draft.status?.conditions ?? [];
    const before = all.find(({ type }) => type === condition.type);
    const isSame = before?.status === condition.status && before.reason === condition.reason;
    const lastTransitionTime = isSame ? (before.lastTransitionTime ?? '') : apiTime(clock.now());
    const others = all.filter(({ type }) => type !== condition.type);
    draft.status = { ...draft.status, ...rest, conditions: [...others, { ...condition, lastTransitionTime }] };
  });
}
