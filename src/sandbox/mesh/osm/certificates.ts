import { X509Certificate } from 'node:crypto';
import { parseGoDuration } from '../../../kube/duration.ts';
import * as resources from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import { integerBetween, type Random } from '../../../platform/random.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { CertificateAuthority, type KeyPair, tenYearsMs } from '../../pki/authority.ts';
import { controlPlaneLabels, type OsmInstall } from './names.ts';
import type { Identity } from './policy/snapshot.ts';

/** The mesh CA and the certificates it gives. Provider `tresor`: the root lives in a Secret that all replicas read. */
const organization = 'Open Service Mesh';
const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();

/** Creates the root once; whoever comes second reads it. */
export async function loadOrCreateAuthority(
  api: ClusterApi,
  clock: Clock,
  install: OsmInstall,
): Promise<CertificateAuthority> {
  const { caBundleSecretName: name, namespace } = install;
  const known = api.get(resources.secrets, name, namespace);
  if (known) {
    return CertificateAuthority.load(clock, {
      certPem: decode(known.data?.['ca.crt']),
      keyPem: decode(known.data?.['private.key']),
    });
  }
  const created = CertificateAuthority.create(clock, {
    commonName: 'osm-ca.openservicemesh.io',
    organization,
    country: 'US',
    locality: 'CA',
    rsaBits: 2048,
  });
  const pair = created.pair();
  try {
    await api.create(resources.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, labels: controlPlaneLabels(install) },
      type: 'Opaque',
      data: { 'ca.crt': encode(pair.certPem), 'private.key': encode(pair.keyPem) },
    });
    return created;
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'AlreadyExists')
      return loadOrCreateAuthority(api, clock, install);
    throw error;
  }
}

/** For the control plane's own servers: webhooks and xDS. */
export function issueServerCertificate(
  authority: CertificateAuthority,
  service: string,
  { namespace, trustDomain }: OsmInstall,
): KeyPair {
  const name = `${service}.${namespace}.svc`;
  return authority.issue({
    commonName: name,
    organization,
    dnsNames: [name, `${name}.${trustDomain}`],
    validityMs: tenYearsMs,
  });
}

export const xdsName = (uuid: string, { account, namespace }: Identity, trustDomain: string): string =>
  `${uuid}.sidecar.${account}.${namespace}.${trustDomain}`;

/** What a sidecar shows to the control plane; its name (`xdsName`) is also its Envoy node id. */
export function issueXdsCertificate(authority: CertificateAuthority, name: string): KeyPair {
  return authority.issue({ commonName: name, organization, dnsNames: [name], validityMs: tenYearsMs });
}

const checkEveryMs = 5000;
const renewBeforeMs = 30_000;
const dayMs = 24 * 3_600_000;

interface Issued extends KeyPair {
  identity: Identity;
  expiresMs: number;
  renewMs: number;
}

/**
 * One certificate per service account, renewed shortly before it ends. Keys are EC P-256 where OSM makes RSA keys of
 * certKeyBitSize: those cost up to 0.3 s of this process each.
 */
export class ServiceCertificates {
  readonly #authority: CertificateAuthority;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #validityMs: () => number;
  readonly #trustDomain: string;
  readonly #issued = new Map<string, Issued>();

  constructor(parts: {
    authority: CertificateAuthority;
    clock: Clock;
    random: Random;
    trustDomain: string;
    validity: () => string | undefined;
  }) {
    this.#authority = parts.authority;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#trustDomain = parts.trustDomain;
    this.#validityMs = () => parseGoDuration(parts.validity() ?? '') || dayMs;
  }

  get caPem(): string {
    return this.#authority.certPem;
  }

  certificateFor(identity: Identity): KeyPair {
    const key = `${identity.namespace}/${identity.account}`;
    const known = this.#issued.get(key);
    if (known && known.expiresMs > this.#clock.now()) return known;
    const issued = this.#issue(identity);
    this.#issued.set(key, issued);
    return issued;
  }

  #issue(identity: Identity): Issued {
    const name = `${identity.account}.${identity.namespace}.${this.#trustDomain}`;
    const pair = this.#authority.issue({
      commonName: name,
      organization,
      dnsNames: [name],
      validityMs: this.#validityMs(),
    });
    const expiresMs = new X509Certificate(pair.certPem).validToDate.getTime();
    const jitterMs = integerBetween(this.#random, 0, 4000);
    return { ...pair, identity, expiresMs, renewMs: expiresMs - renewBeforeMs - jitterMs };
  }

  /** Renews what is about to end and says for whom; returns how to stop. */
  rotate(renewed: (identity: Identity) => void): () => void {
    let cancel = () => {};
    const check = () => {
      for (const [key, issued] of this.#issued) {
        if (issued.renewMs > this.#clock.now()) continue;
        this.#issued.set(key, this.#issue(issued.identity));
        renewed(issued.identity);
      }
      cancel = this.#clock.after(checkEveryMs, check);
    };
    cancel = this.#clock.after(checkEveryMs, check);
    return () => cancel();
  }
}
