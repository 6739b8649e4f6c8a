import type { CertificateSigningRequest } from '../../../kube/certificates.ts';
import { apiTime } from '../../../kube/duration.ts';
import { cloneJson } from '../../../kube/json-value.ts';
import { forbidden } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import { parseCertificateRequest } from '../../pki/certificate-request.ts';
import type { ResourceAttributes } from '../authorization/attributes.ts';
import { authorize, type Policy, superuserGroup } from '../authorization/rbac.ts';
import type { Caller } from '../request-api.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

export const clientSigner = 'kubernetes.io/kube-apiserver-client';

/**
 * Requests for certificates: who asks is written down, who approves must be allowed to for that signer, and nobody gets a
 * certificate of a superuser. Kubernetes: CertificateApproval, CertificateSubjectRestriction and the kind's strategy.
 */
export function certificateRequests(policy: Policy, clock: Clock): AdmissionPlugin {
  return {
    mutate(request) {
      if (!isAboutOne(request)) return;
      const draft = request.object as CertificateSigningRequest | undefined;
      if (!draft) return;
      if (request.operation === 'CREATE') signedBy(draft, request.context.caller);
      else if (request.subresource === 'approval') keepToDecision(draft, request, clock);
    },
    validate(request) {
      if (!isAboutOne(request)) return;
      const { operation, object, subresource, resource, name, context } = request;
      const asked = object as CertificateSigningRequest | undefined;
      if (operation === 'CREATE' && asked && wantsSuperuser(asked)) {
        const why = `use of ${clientSigner} signer with ${superuserGroup} group is not allowed`;
        throw forbidden(resource, name, why);
      }
      if (subresource !== 'approval' || !asked) return;
      const { signerName } = asked.spec;
      if (mayApprove(policy, context.caller, signerName)) return;
      throw forbidden(resource, name, `user not permitted to approve requests with signerName "${signerName}"`);
    },
  };
}

const isAboutOne = ({ resource, operation }: AdmissionRequest) =>
  operation !== 'DELETE' && resource.group === 'certificates.k8s.io' && resource.kind === 'CertificateSigningRequest';

function signedBy(draft: CertificateSigningRequest, { username, uid, groups, extra }: Caller): void {
  draft.spec = {
    ...draft.spec,
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
  const others = (before.conditions ?? []).filter(({ type }) => type !== 'Approved' && type !== 'Denied');
  const decided = (draft.status?.conditions ?? []).filter(({ type }) => type === 'Approved' || type === 'Denied');
  const conditions = decided.map((condition) => ({
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? now,
    lastTransitionTime: condition.lastTransitionTime ?? now,
  }));
  draft.status = { ...cloneJson(before), conditions: [...cloneJson(others), ...conditions] };
}

function wantsSuperuser({ spec }: CertificateSigningRequest): boolean {
  if (spec.signerName !== clientSigner) return false;
  const { organizations } = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString());
  return organizations.includes(superuserGroup);
}

/** By its name, or by all names of its domain. */
function mayApprove(policy: Policy, caller: Caller, signerName: string): boolean {
  const wanted: ResourceAttributes = {
    type: 'resource',
    verb: 'approve',
    group: 'certificates.k8s.io',
    resource: 'signers',
    subresource: '',
    namespace: '',
    name: signerName,
  };
  const domain = `${signerName.split('/')[0]}/*`;
  return [signerName, domain].some((name) => authorize(policy, caller, { ...wanted, name }).allowed);
}
