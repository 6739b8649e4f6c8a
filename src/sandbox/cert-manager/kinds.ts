import type { KubeObject } from '../../kube/objects.ts';
import type { ResourceRef } from '../../kube/resources.ts';

/** The kinds of cert-manager.io/v1, cut to what a mesh's certificates need of them. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface IssuerReference {
  name: string;
  /** `Issuer` when absent. */
  kind?: string;
  group?: string;
}

export interface IssuerObject extends KubeObject {
  spec?: { selfSigned?: object; ca?: { secretName: string } };
  status?: { conditions?: Condition[] };
}

export interface CertificateRequestObject extends KubeObject {
  spec?: {
    /** PEM of a PKCS #10 request, in base64. */
    request: string;
    issuerRef: IssuerReference;
    duration?: string;
    isCA?: boolean;
    usages?: string[];
  };
  /** PEM, in base64. */
  status?: { certificate?: string; ca?: string; conditions?: Condition[]; failureTime?: string };
}

export interface CertificateObject extends KubeObject {
  spec?: {
    secretName: string;
    issuerRef: IssuerReference;
    commonName?: string;
    dnsNames?: string[];
    subject?: { organizations?: string[] };
    isCA?: boolean;
    duration?: string;
  };
  status?: { conditions?: Condition[]; notAfter?: string; notBefore?: string; revision?: number };
}

function certManager<T extends KubeObject>(resource: string, kind: string, namespaced = true): ResourceRef<T> {
  return { group: 'cert-manager.io', version: 'v1', resource, kind, namespaced };
}

export const issuers = certManager<IssuerObject>('issuers', 'Issuer');
export const clusterIssuers = certManager<IssuerObject>('clusterissuers', 'ClusterIssuer', false);
export const certificateRequests = certManager<CertificateRequestObject>('certificaterequests', 'CertificateRequest');
export const certificates = certManager<CertificateObject>('certificates', 'Certificate');
