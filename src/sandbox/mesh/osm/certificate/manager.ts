import { X509Certificate } from 'node:crypto';
import { parseGoDuration } from '../../../../kube/duration.ts';
import type { Clock } from '../../../../platform/clock.ts';
import { integerBetween, type Random } from '../../../../platform/random.ts';
import { type KeyPair, tenYearsMs } from '../../../pki/authority.ts';
import type { LogWriter } from '../log.ts';
import type { Identity } from '../policy/snapshot.ts';
import type { Issuer } from './issuer.ts';

/** What peers check, and the certificate itself. */
export interface Issued extends KeyPair {
  commonName: string;
  /** PEM of the roots that the holder trusts in others: two while roots are changed. */
  trustedCaPem: string;
  expiresMs: number;
  signedBy: string;
  validatedBy: string;
}

const checkEveryMs = 5000;
const renewBeforeMs = 30_000;
/** Added to the former so that not all certificates are renewed at once; drawn anew at each look. */
const longestJitterMs = 4000;
const dayMs = 24 * 3_600_000;

const keyOf = ({ account, namespace }: Identity) => `${account}.${namespace}`;

/**
 * The certificates of the mesh: one per service account, renewed shortly before it ends or when the root is another
 * (pkg/certificate/manager.go). Making an RSA key takes a moment, so what is not there yet comes as a promise.
 */
export class CertificateManager {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: LogWriter;
  readonly #serviceValidity: () => string | undefined;
  readonly #issued = new Map<string, { identity: Identity; certificate: Issued }>();
  readonly #underWay = new Map<string, Promise<Issued>>();
  #signing: Issuer | undefined;
  #validating: Issuer | undefined;

  constructor(parts: { clock: Clock; random: Random; log: LogWriter; serviceValidity: () => string | undefined }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#log = parts.log;
    this.#serviceValidity = parts.serviceValidity;
  }

  /** From now on these sign and validate; undefined leaves the one there is. */
  use({ signing, validating }: { signing?: Issuer; validating?: Issuer }): void {
    this.#signing = signing ?? this.#signing;
    this.#validating = validating ?? this.#validating;
  }

  get isReady(): boolean {
    return this.#signing !== undefined && this.#validating !== undefined;
  }

  get trustDomain(): string {
    return this.#issuers().signing.trustDomain;
  }

  /** For a server or a bootstrap: ten years, and never renewed while its holder runs. */
  issueInternal(prefix: string, options: { fullName?: boolean } = {}): Promise<Issued> {
    return this.#issue(options.fullName ? prefix : `${prefix}.${this.trustDomain}`, tenYearsMs);
  }

  /** For an ingress gateway, under a name of its owner's choice; whoever asked looks after its renewal. */
  issueGateway(commonName: string, validityMs: number): Promise<Issued> {
    return this.#issue(commonName, validityMs);
  }

  /** Whether it is time for a new one. */
  isStale(issued: Issued): boolean {
    return this.#shouldRenew(issued);
  }

  /** The certificate of a service account, if there is one that need not be renewed now. */
  current(identity: Identity): Issued | undefined {
    const known = this.#issued.get(keyOf(identity))?.certificate;
    return known && !this.#shouldRenew(known) ? known : undefined;
  }

  /** The current one, or a new one; at most one is being made per account. */
  service(identity: Identity): Promise<Issued> {
    const key = keyOf(identity);
    const current = this.current(identity);
    if (current) return Promise.resolve(current);
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const making = this.#issue(`${key}.${this.trustDomain}`, this.#serviceValidityMs())
      .then((certificate) => {
        this.#issued.set(key, { identity, certificate });
        return certificate;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, making);
    return making;
  }

  /** What is in use, for the debug server. */
  list(): Issued[] {
    return [...this.#issued.values()].map(({ certificate }) => certificate);
  }

  /** Looks every five seconds for what must be renewed, and says for whom it was; returns how to stop. */
  rotate(renewed: (identity: Identity, certificate: Issued) => void): () => void {
    let [stopped, cancel] = [false, () => {}];
    const renew = async (identity: Identity) => {
      const certificate = await this.service(identity);
      if (!stopped) renewed(identity, certificate);
    };
    const check = () => {
      for (const { identity, certificate } of this.#issued.values()) {
        if (!this.#shouldRenew(certificate)) continue;
        renew(identity).catch((error: Error) => {
          this.#log.error('certificate', `Error rotating cert CN=${certificate.commonName}`, error);
        });
      }
      cancel = this.#clock.after(checkEveryMs, check);
    };
    cancel = this.#clock.after(checkEveryMs, check);
    return () => {
      stopped = true;
      cancel();
    };
  }

  #shouldRenew({ commonName, expiresMs, signedBy, validatedBy }: Issued): boolean {
    const { signing, validating } = this.#issuers();
    if (signedBy !== signing.id || validatedBy !== validating.id) {
      this.#log.info('certificate', `Cert ${commonName} should be rotated; in progress root certificate rotation`);
      return true;
    }
    const leftMs = expiresMs - this.#clock.now();
    return leftMs <= renewBeforeMs + integerBetween(this.#random, 0, longestJitterMs);
  }

  async #issue(commonName: string, validityMs: number): Promise<Issued> {
    const { signing, validating } = this.#issuers();
    const pair = await signing.issue(commonName, validityMs);
    return {
      ...pair,
      commonName,
      trustedCaPem: signing.id === validating.id ? signing.caPem : signing.caPem + validating.caPem,
      expiresMs: new X509Certificate(pair.certPem).validToDate.getTime(),
      signedBy: signing.id,
      validatedBy: validating.id,
    };
  }

  #issuers(): { signing: Issuer; validating: Issuer } {
    if (!this.#signing || !this.#validating) throw new Error('the certificate manager has no issuer yet');
    return { signing: this.#signing, validating: this.#validating };
  }

  #serviceValidityMs(): number {
    const text = this.#serviceValidity() ?? '';
    const validityMs = parseGoDuration(text);
    if (validityMs === undefined) {
      this.#log.error('configurator', `Error parsing service certificate validity duration ${text}`);
    }
    return validityMs ?? dayMs;
  }
}
