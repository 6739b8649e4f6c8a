import type { KeyPair } from '../../../pki/authority.ts';

/** One root of the mesh and who signs with it: what a MeshRootCertificate stands for. */
export interface Issuer {
  /** Name of its MeshRootCertificate. */
  readonly id: string;
  /** PEM of those whom its certificates are checked against. */
  readonly caPem: string;
  readonly trustDomain: string;
  /** A certificate with this common name as its one DNS name. Rejects when the provider can't make one. */
  issue(commonName: string, validityMs: number): Promise<KeyPair>;
}

export const organization = 'Open Service Mesh';
