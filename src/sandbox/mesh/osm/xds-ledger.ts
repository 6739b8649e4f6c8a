import type { Clock } from '../../../platform/clock.ts';
import type { Metrics } from './metrics.ts';
import type { Identity } from './policy/snapshot.ts';

/**
 * What a control plane remembers and counts of its talk with proxies. In xDS each message has one of five types; here one
 * message carries all five, so each counts five times.
 */
const resourceTypes = [
  'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  'type.googleapis.com/envoy.config.listener.v3.Listener',
  'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
] as const;

/** OSM: MaxXdsLogsPerProxy. */
const mostTimes = 20;

export interface KnownProxy {
  uuid: string;
  identity: Identity;
  connectedAtMs: number;
}

const identityText = ({ account, namespace }: Identity) => `${account}.${namespace}`;

export class XdsLedger {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #connected = new Set<KnownProxy>();
  readonly #sentAt = new Map<string, number[]>();

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  get connected(): readonly KnownProxy[] {
    return [...this.#connected];
  }

  get types(): readonly string[] {
    return resourceTypes;
  }

  /** When configuration was last sent, newest last, by `<identity>:<uuid>`. */
  get sentAt(): ReadonlyMap<string, readonly number[]> {
    return this.#sentAt;
  }

  /** `again`: the proxy brings the configuration of another connection along. */
  came(proxy: { uuid: string; identity: Identity }, again: boolean): KnownProxy {
    const known = { ...proxy, connectedAtMs: this.#clock.now() };
    this.#connected.add(known);
    this.#metrics.set('osm_proxy_connect_count', {}, this.#connected.size);
    if (again) this.#metrics.add('osm_proxy_reconnect_count', {}, resourceTypes.length);
    this.asked(known);
    return known;
  }

  left(proxy: KnownProxy): void {
    this.#connected.delete(proxy);
    this.#metrics.set('osm_proxy_connect_count', {}, this.#connected.size);
  }

  /** A request of a proxy: its first one, an acknowledgement, or a refusal. */
  asked(proxy: KnownProxy): void {
    this.#count('osm_proxy_xds_request_count', proxy);
  }

  sent(proxy: KnownProxy): void {
    this.#count('osm_proxy_response_send_success_count', proxy);
    const name = `${identityText(proxy.identity)}:${proxy.uuid}`;
    this.#sentAt.set(name, [...(this.#sentAt.get(name) ?? []), this.#clock.now()].slice(-mostTimes));
  }

  /** How long it took to make a configuration. */
  made(startedMs: number, success: boolean): void {
    const labels = { resource_type: 'ADS', success: String(success) };
    this.#metrics.observe('osm_proxy_config_update_time', labels, (this.#clock.now() - startedMs) / 1000);
  }

  #count(
    metric: 'osm_proxy_xds_request_count' | 'osm_proxy_response_send_success_count',
    { uuid, identity }: KnownProxy,
  ): void {
    for (const type of resourceTypes) {
      this.#metrics.add(metric, { proxy_uuid: uuid, identity: identityText(identity), type });
    }
  }
}
