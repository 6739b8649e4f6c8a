import type { Clock } from '../../platform/clock.ts';
import type { BeyondCluster, OutsideHost } from '../network/beyond-cluster.ts';
import { CertificateAuthority, tenYearsMs } from '../pki/authority.ts';
import { exampleSite, requestEcho } from './sites.ts';
import { tcpEcho } from './tcp-echo.ts';

/**
 * A small simulated internet, so that leaving the cluster can be seen offline. Nothing of it leaves this machine, and it
 * pretends to be nobody: names are those that RFC 2606 keeps for examples, addresses those that RFC 5737 keeps for
 * documentation. It knows no cluster and no mesh. Hosts start when they are first connected to.
 */
interface Entry {
  names: readonly string[];
  ip: string;
  host(authority: () => CertificateAuthority): OutsideHost;
}

const entries: readonly Entry[] = [
  {
    names: ['example.com', 'www.example.com'],
    ip: '192.0.2.10',
    host: (ca) => exampleSite(pairFor(ca, 'example.com')),
  },
  {
    names: ['httpbin.example.org', 'api.example.org'],
    ip: '198.51.100.20',
    host: (ca) => requestEcho(pairFor(ca, 'example.org')),
  },
  { names: ['tcp-echo.example.net'], ip: '203.0.113.30', host: () => tcpEcho },
];

/** Names that resolve out there, for messages. */
export const outsideNames: readonly string[] = entries.flatMap(({ names }) => names);

const pairFor = (authority: () => CertificateAuthority, domain: string) => () =>
  authority().issue({
    commonName: domain,
    organization: 'Simulated Internet',
    dnsNames: [domain, `*.${domain}`],
    usages: ['server'],
    validityMs: tenYearsMs,
  });

export class OutsideWorld implements BeyondCluster {
  readonly #clock: Clock;
  #authority: CertificateAuthority | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The root that signs for the sites out there: what images carry as their system's CA bundle. Made when first asked for. */
  get caPem(): string {
    return this.#root().certPem;
  }

  resolve(name: string): readonly string[] {
    return entries.filter(({ names }) => names.includes(name)).map(({ ip }) => ip);
  }

  hostAt(ip: string): OutsideHost | undefined {
    return entries.find((entry) => entry.ip === ip)?.host(() => this.#root());
  }

  #root(): CertificateAuthority {
    this.#authority ??= CertificateAuthority.create(this.#clock, {
      commonName: 'Simulated Internet Root CA',
      organization: 'Simulated Internet',
    });
    return this.#authority;
  }
}
