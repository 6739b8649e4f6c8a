import type { CertificateSigningRequest } from '../../../kube/certificates.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { parseCertificateRequest } from '../../pki/certificate-request.ts';
import { invalidValue, notSupported, required } from '../field-errors.ts';
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
  selectableFields: { 'spec.signerName': (object) => asRequest(object).spec.signerName },
};

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
