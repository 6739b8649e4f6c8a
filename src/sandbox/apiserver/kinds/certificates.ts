import type { CertificateSigningRequest } from '../../../kube/certificates.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { parseCertificateRequest } from '../../pki/certificate-request.ts';
import { duplicateValue, forbiddenField, invalidValue, notSupported, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';

const asRequest = (object: KubeObject) => object as CertificateSigningRequest;

/** Kubernetes: pkg/apis/certificates/validation. What becomes of a request is the signing controller's. */
export const certificateRequestStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'none',
  hasStatus: true,
  prepareCreate(draft) {
    asRequest(draft).status = {};
    return [];
  },
  prepareUpdate(draft, current) {
    asRequest(draft).spec = structuredClone(asRequest(current).spec);
    return [];
  },
  validate(object) {
    const { request, signerName, usages, expirationSeconds } = asRequest(object).spec;
    const errors: StatusCause[] = [];
    if (!usages?.length) errors.push(required('spec.usages'));
    usages?.forEach((usage, index) => {
      if (!knownUsages.includes(usage)) errors.push(notSupported(`spec.usages[${index}]`, usage, knownUsages));
    });
    errors.push(...requestErrors(request), ...signerErrors(signerName));
    if (expirationSeconds !== undefined && expirationSeconds < 600) {
      const why = 'may not specify a duration less than 600 seconds (10 minutes)';
      errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, why));
    }
    return errors;
  },
  validatePartUpdate: (object, current, subresource) => [
    ...conditionErrors(conditionsOf(object)),
    ...changeErrors(asRequest(object), asRequest(current), subresource),
  ],
  selectableFields: { 'spec.signerName': (object) => asRequest(object).spec.signerName },
};

const conditionsOf = (object: KubeObject) => asRequest(object).status?.conditions ?? [];
const conditionsPath = 'status.conditions';
const final = ['Approved', 'Denied', 'Failed'];

function conditionErrors(conditions: readonly Condition[]): StatusCause[] {
  const seen = new Set<string>();
  return conditions.flatMap(({ type, status }, index) => {
    const errors: StatusCause[] = [];
    const at = `${conditionsPath}[${index}]`;
    const allowed = final.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!type) errors.push(required(`${at}.type`));
    if (!status) errors.push(required(`${at}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${at}.status`, status, allowed));
    if ((type === 'Approved' && seen.has('Denied')) || (type === 'Denied' && seen.has('Approved'))) {
      errors.push(invalidValue(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (seen.has(type)) errors.push(duplicateValue(`${at}.type`, type));
    seen.add(type);
    return errors;
  });
}

/** What was decided stays decided, is decided through `approval` alone, and is signed once. */
function changeErrors(
  object: CertificateSigningRequest,
  current: CertificateSigningRequest,
  subresource: string,
): StatusCause[] {
  const errors: StatusCause[] = [];
  for (const type of final) {
    const [now = 0, before = 0] = [object, current].map(
      (each) => conditionsOf(each).filter((condition) => condition.type === type).length,
    );
    if (now < before) {
      errors.push(forbiddenField(conditionsPath, `updates may not remove a condition of type "${type}"`));
    }
    if (now > before && type !== 'Failed' && subresource !== 'approval') {
      errors.push(forbiddenField(conditionsPath, `updates may not add a condition of type "${type}"`));
    }
  }
  const certificate = current.status?.certificate;
  if (certificate && object.status?.certificate !== certificate) {
    errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
  }
  return errors;
}

const knownUsages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function requestErrors(request: string): StatusCause[] {
  try {
    parseCertificateRequest(Buffer.from(request, 'base64').toString());
    return [];
  } catch (error) {
    // Whatever is wrong with its DER is the client's, and said in the reader's words.
    return [invalidValue('spec.request', request, error instanceof Error ? error.message : String(error))];
  }
}

function signerErrors(signerName: string): StatusCause[] {
  if (!signerName) return [required('spec.signerName')];
  if (signerName === 'kubernetes.io/legacy-unknown') {
    return [invalidValue('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version')];
  }
  const [domain = '', path = '', ...more] = signerName.split('/');
  if (path !== '' && more.length === 0 && domain.includes('.') && dnsSubdomain(domain) === undefined) return [];
  const why = 'must be a fully qualified domain and path of the form "example.com/signer-name"';
  return [invalidValue('spec.signerName', signerName, why)];
}
