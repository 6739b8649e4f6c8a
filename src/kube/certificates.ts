import type { Condition, KubeObject } from './objects.ts';

/** certificates.k8s.io/v1, cut to the fields that this project reads or writes. */
export interface CertificateSigningRequest extends KubeObject {
  spec: {
    /** PEM of a PKCS #10 request, in base64. */
    request: string;
    signerName: string;
    usages?: string[];
    expirationSeconds?: number;
    username?: string;
    uid?: string;
    groups?: string[];
    extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** The certificate is PEM in base64. */
  status?: { conditions?: Condition[]; certificate?: string };
}
