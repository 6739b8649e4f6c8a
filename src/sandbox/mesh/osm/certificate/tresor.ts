import type { CertificateAuthority, KeyPair } from '../../../pki/authority.ts';
import type { RsaKeys } from '../../../pki/rsa-keys.ts';
import { type Issuer, organization } from './issuer.ts';

/** OSM's own provider: signs in this process with the root of a Secret (pkg/certificate/providers/tresor). */
export class TresorIssuer implements Issuer {
  readonly id: string;
  readonly trustDomain: string;
  readonly #root: CertificateAuthority;
  readonly #keys: RsaKeys;
  readonly #keyBits: number;

  constructor(parts: {
    id: string;
    trustDomain: string;
    root: CertificateAuthority;
    keys: RsaKeys;
    keyBits: number;
  }) {
    this.id = parts.id;
    this.trustDomain = parts.trustDomain;
    this.#root = parts.root;
    this.#keys = parts.keys;
    this.#keyBits = parts.keyBits;
  }

  get caPem(): string {
    return this.#root.certPem;
  }

  async issue(commonName: string, validityMs: number): Promise<KeyPair> {
    const key = await this.#keys.take(this.#keyBits);
    return this.#root.issueFor(key, { commonName, organization, dnsNames: [commonName], validityMs, backdatedMs: 0 });
  }
}
