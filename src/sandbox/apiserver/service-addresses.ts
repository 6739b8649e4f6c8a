import type { KubeObject, Service } from '../../kube/objects.ts';
import { integerBetween, type Random } from '../../platform/random.ts';
import type { Store } from '../store/store.ts';

const rangePrefix = '10.0';
const portRange = { low: 30000, high: 32768 };

/** AKS: the service range is 10.0.0.0/16; .0.1 is the API server's Service, .0.10 is kept for the cluster's DNS. */
const reserved = new Map([
  ['10.0.0.1', 'default/kubernetes'],
  ['10.0.0.10', 'kube-system/kube-dns'],
]);

/**
 * Addresses and node ports of Services, drawn at random as a real cluster does. What is taken is read from the stored
 * Services, so it is the same after a restart and can't leak.
 */
export class ServiceAddresses {
  readonly #store: Store;
  readonly #random: Random;

  constructor(store: Store, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  allocateIp(wish: string | undefined, owner: KubeObject): { ip: string } | { refused: string } {
    const me = nameOf(owner);
    const taken = new Map(reserved);
    for (const service of this.#services()) taken.set(service.spec.clusterIP ?? '', nameOf(service));
    const isFree = (ip: string) => (taken.get(ip) ?? me) === me;
    if (wish !== undefined) {
      if (!isInRange(wish)) {
        return {
          refused: `failed to allocate IP ${wish}: the provided IP (${wish}) is not in the valid range. The range of valid IPs is ${rangePrefix}.0.0/16`,
        };
      }
      return isFree(wish)
        ? { ip: wish }
        : { refused: `failed to allocate IP ${wish}: provided IP is already allocated` };
    }
    const mine = [...reserved].find(([, name]) => name === me);
    if (mine && isFree(mine[0])) return { ip: mine[0] };
    for (;;) {
      const ip = `${rangePrefix}.${integerBetween(this.#random, 0, 256)}.${integerBetween(this.#random, 1, 255)}`;
      if (!taken.has(ip)) return { ip };
    }
  }

  allocatePort(wish: number | undefined, owner: KubeObject): { port: number } | { refused: string } {
    const me = nameOf(owner);
    const taken = new Map<number, string>();
    for (const service of this.#services()) {
      for (const { nodePort } of service.spec.ports ?? []) if (nodePort) taken.set(nodePort, nameOf(service));
    }
    for (const { nodePort } of (owner as Service).spec.ports ?? [])
      if (nodePort && nodePort !== wish) taken.set(nodePort, me);
    if (wish !== undefined && wish !== 0) {
      if (wish < portRange.low || wish >= portRange.high) {
        return {
          refused: `provided port is not in the valid range. The range of valid ports is ${portRange.low}-${portRange.high - 1}`,
        };
      }
      return (taken.get(wish) ?? me) === me ? { port: wish } : { refused: 'provided port is already allocated' };
    }
    for (;;) {
      const port = integerBetween(this.#random, portRange.low, portRange.high);
      if (!taken.has(port)) return { port };
    }
  }

  #services(): Service[] {
    return this.#store.list('services') as Service[];
  }
}

const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

function isInRange(ip: string): boolean {
  const parts = ip.split('.').map(Number);
  return (
    parts.length === 4 &&
    parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256) &&
    ip.startsWith(`${rangePrefix}.`)
  );
}
