import type { Service } from '../../kube/objects.ts';
import * as resources from '../../kube/resources.ts';
import type { Random } from '../../platform/random.ts';
import { pick } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { errnoError } from './addresses.ts';
import type { SocketAddress } from './pod-network.ts';

/**
 * What kube-proxy does on every node: a connection to a ClusterIP goes to one ready endpoint, chosen at random for
 * each connection. It knows nothing of names or pods.
 */
export class ServiceProxy {
  readonly #api: ClusterApi;
  readonly #random: Random;
  readonly #byClusterIp = new Map<string, { namespace: string; name: string }>();
  readonly #stop: () => void;

  constructor(api: ClusterApi, random: Random) {
    this.#api = api;
    this.#random = random;
    this.#stop = api.watch(resources.services, ({ type, object }) => this.#remember(type === 'DELETED', object));
  }

  #remember(deleted: boolean, { metadata, spec }: Service): void {
    const key = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
    for (const [ip, service] of this.#byClusterIp) {
      if (service.namespace === key.namespace && service.name === key.name) this.#byClusterIp.delete(ip);
    }
    if (!deleted && spec.clusterIP && spec.clusterIP !== 'None') this.#byClusterIp.set(spec.clusterIP, key);
  }

  isClusterIp(ip: string): boolean {
    return this.#byClusterIp.has(ip);
  }

  /**
   * The endpoint that this connection goes to. ECONNREFUSED without a ready endpoint (kube-proxy installs a REJECT), and
   * for a port the Service does not have, as kube-proxy's nftables mode rejects it (in iptables mode it would time out).
   */
  choose({ ip, port }: SocketAddress): SocketAddress {
    const service = this.#byClusterIp.get(ip);
    const endpoint = service && this.endpointOf(service.namespace, service.name, port);
    if (!endpoint) throw errnoError('ECONNREFUSED', 'connect', `${ip}:${port}`);
    return endpoint;
  }

  endpointOf(namespace: string, name: string, port: number): SocketAddress | undefined {
    const service = this.#api.get(resources.services, name, namespace);
    const wanted = service?.spec.ports?.find((candidate) => candidate.port === port && isTcp(candidate));
    if (!wanted) return undefined;
    const subsets = this.#api.get(resources.endpoints, name, namespace)?.subsets ?? [];
    const ready = subsets.flatMap((subset) =>
      (subset.ports ?? [])
        .filter((candidate) => (candidate.name ?? '') === (wanted.name ?? '') && isTcp(candidate))
        .flatMap((candidate) => (subset.addresses ?? []).map((address) => ({ ip: address.ip, port: candidate.port }))),
    );
    return pick(this.#random, ready);
  }

  close(): void {
    this.#stop();
  }
}

const isTcp = ({ protocol }: { protocol?: string }) => (protocol ?? 'TCP') === 'TCP';
