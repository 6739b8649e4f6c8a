import type { CertificateSigningRequest } from '../../../kube/certificates.ts';
import { apiTime } from '../../../kube/duration.ts';
import { cloneJson, sameJson } from '../../../kube/json-value.ts';
import { forbidden } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import { parseCertificateRequest } from '../../pki/certificate-request.ts';
import type { ResourceAttributes } from '../authorization/attributes.ts';
import { authorize, type Policy, superuserGroup } from '../authorization/rbac.ts';
import type { Caller } from '../request-api.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

export const clientSigner = 'kubernetes.io/kube-apiserver-client';

const decisions: readonly string[] = ['Approved', 'Denied'];
const isDecision = (type: string) => decisions.includes(type);

/**
 * Requests for certificates: who asks is written down, who approves or signs must be allowed to for that signer, and nobody
 * gets a certificate of a superuser. Kubernetes: CertificateApproval, CertificateSigning, CertificateSubjectRestriction and
 * the kind's strategy.
 */
export function certificateRequests(policy: Policy, clock: Clock): AdmissionPlugin {
  return {
    mutate(request) {
      if (!isAboutOne(request)) return;
      const draft = request.object as CertificateSigningRequest | undefined;
      if (!draft) return;
      if (request.operation === 'CREATE') signedBy(draft, request.context.caller);
      else if (request.subresource === 'approval') keepToDecision(draft, request, clock);
      else if (request.subresource === 'status') keepDecision(draft, request);
    },
    validate(request) {
      if (!isAboutOne(request)) return;
      const { operation, object, subresource, resource, name, context } = request;
      const asked = object as CertificateSigningRequest | undefined;
      if (operation === 'CREATE' && asked && wantsSuperuser(asked)) {
        const why = `use of ${clientSigner} signer with ${superuserGroup} group is not allowed`;
        throw forbidden(resource, name, why);
      }
      if (!asked) return;
      const { signerName } = asked.spec;
      const verb = verbNeeded(subresource, asked, request.current as CertificateSigningRequest | undefined);
      if (verb === undefined) return;
      if (maySpeakFor(policy, context.caller, signerName, verb)) return;
      throw forbidden(resource, name, `user not permitted to ${verb} requests with signerName "${signerName}"`);
    },
  };
}

const isAboutOne = ({ resource, operation }: AdmissionRequest) =>
  operation !== 'DELETE' && resource.group === 'certificates.k8s.io' && resource.kind === 'CertificateSigningRequest';

function signedBy(draft: CertificateSigningRequest, { username, uid, groups, extra }: Caller): void {
  const { username: _username, uid: _uid, groups: _groups, extra: _extra, ...wish } = draft.spec;
  draft.spec = {
    ...wish,
    username,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra && { extra: cloneJson(extra) }),
  };
}

/** An approval changes nothing but what was decided, and when. */
function keepToDecision(draft: CertificateSigningRequest, { current }: AdmissionRequest, clock: Clock): void {
  const before = (current as CertificateSigningRequest).status ?? {};
  const now = apiTime(clock.now());
  const others = (before.conditions ?? []).filter(({ type }) => !isDecision(type));
  const decided = (draft.status?.conditions ?? []).filter(({ type }) => isDecision(type));
  const conditions = decided.map((condition) => ({
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? now,
    lastTransitionTime: condition.lastTransitionTime ?? now,
  }));
  draft.status = { ...cloneJson(before), conditions: [...cloneJson(others), ...conditions] };
}

/** Signing leaves the decision alone. One that is added or taken back stays, for the validation to refuse. */
function keepDecision(draft: CertificateSigningRequest, { current }: AdmissionRequest): void {
  const before = (current as CertificateSigningRequest).status?.conditions ?? [];
  const conditions = draft.status?.conditions ?? [];
  for (const type of decisions) {
    const kept = before.filter((condition) => condition.type === type);
    if (conditions.filter((condition) => condition.type === type).length !== kept.length) continue;
    conditions.forEach((condition, index) => {
      if (condition.type === type) conditions[index] = cloneJson(kept.shift() ?? condition);
    });
  }
}

/** What must be allowed on the signer; undefined where no signer is spoken for. */
function verbNeeded(
  subresource: string,
  { status }: CertificateSigningRequest,
  current: CertificateSigningRequest | undefined,
): 'approve' | 'sign' | undefined {
  if (subresource === 'approval') return 'approve';
  if (subresource !== 'status') return undefined;
  const { certificate, conditions = [] } = current?.status ?? {};
  const isSame = status?.certificate === certificate && sameJson(status?.conditions ?? [], conditions);
  return isSame ? undefined : 'sign';
}

function wantsSuperuser({ spec }: CertificateSigningRequest): boolean {
  if (spec.signerName !== clientSigner) return false;
  const { organizations } = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString());
  return organizations.includes(superuserGroup);
}

/** By its name, or by all names of its domain. */
function maySpeakFor(policy: Policy, caller: Caller, signerName: string, verb: 'approve' | 'sign'): boolean {
  const wanted: ResourceAttributes = {
    type: 'resource',
    verb,
    group: 'certificates.k8s.io',
    resource: 'signers',
    subresource: '',
    namespace: '',
    name: signerName,
  };
  const domain = `${signerName.split('/')[0]}/*`;
  return [signerName, domain].some((name) => authorize(policy, caller, { ...wanted, name }).allowed);
}
