import * as resources from '../../kube/resources.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { errnoError } from './addresses.ts';

/** Hands out pod addresses from each node's range (`10.244.n.0/24`), never one still in use. */
export class PodAddresses {
  readonly #api: ClusterApi;
  readonly #prefixByNode = new Map<string, string>();
  readonly #lastByPrefix = new Map<string, number>();
  readonly #taken = new Set<string>();

  constructor(api: ClusterApi) {
    this.#api = api;
  }

  /** CNI host-local takes the address after the last one given, so that a freed address is not met again soon. */
  take(nodeName: string): string {
    const prefix = this.#prefix(nodeName);
    const last = this.#lastByPrefix.get(prefix) ?? 1;
    for (let step = 1; step <= 253; step++) {
      const host = ((last - 2 + step) % 253) + 2;
      const ip = `${prefix}.${host}`;
      if (this.#taken.has(ip)) continue;
      this.#taken.add(ip);
      this.#lastByPrefix.set(prefix, host);
      return ip;
    }
    throw errnoError('EADDRNOTAVAIL', 'addPod', `${prefix}.0/24`, 'no free pod address on this node');
  }

  free(ip: string): void {
    this.#taken.delete(ip);
  }

  #prefix(nodeName: string): string {
    const known = this.#prefixByNode.get(nodeName);
    if (known) return known;
    const range = this.#api.get(resources.nodes, nodeName)?.spec?.podCIDR;
    const used = new Set(this.#prefixByNode.values());
    let index = 0;
    while (used.has(`10.244.${index}`)) index++;
    const prefix = range?.split('.').slice(0, 3).join('.') ?? `10.244.${index}`;
    this.#prefixByNode.set(nodeName, prefix);
    return prefix;
  }
}
