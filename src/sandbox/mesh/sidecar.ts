import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ContainerSockets } from '../network/pod-network.ts';
import type { ProxyEngine } from './engine.ts';
import { ExternalAuthorizer } from './ext-authz/external-authorizer.ts';
import { HttpProxyEngine } from './http/proxy-engine.ts';
import { ManagerRules } from './http-rules.ts';
import { ListenerRuntime } from './listener-runtime.ts';
import type { ProxyUpdate, RouteConfig } from './proxy-config.ts';
import { whyClusterRejected, whyListenerRejected, whyRouteConfigRejected } from './rejection.ts';
import { type CompiledRoutes, compileRoutes } from './route.ts';
import { Secrets } from './secrets.ts';
import { StatStore } from './stats.ts';
import { Tracer } from './tracing/tracer.ts';
import { UpstreamRuntime } from './upstream.ts';

export interface SidecarParts {
  sockets: ContainerSockets;
  clock: Clock;
  random: Random;
  /** One access log line. */
  log: (line: string) => void;
  engine?: ProxyEngine;
  /** `--service-cluster` and the node's id, by which a collector of traces tells proxies apart. */
  node?: { id: string; cluster: string };
}

/**
 * A proxy that does what its ProxyConfig says, on real sockets. It does not know which control plane wrote the
 * configuration, nor the names of policies.
 */
export class Sidecar {
  readonly stats = new StatStore();
  readonly #parts: SidecarParts;
  readonly #engine: ProxyEngine;
  readonly #rules: ManagerRules;
  readonly #tracer: Tracer;
  readonly #authorizer: ExternalAuthorizer;
  readonly #listeners = new Map<string, ListenerRuntime>();
  readonly #routes = new Map<string, CompiledRoutes>();
  readonly #upstreams = new Map<string, UpstreamRuntime>();
  #secrets = Secrets.none();
  #bootstrap: ProxyUpdate | undefined;
  #dynamic: ProxyUpdate | undefined;
  #updatedAt = 0;
  /** Updates are applied one after the other: listening takes a moment. */
  #applying: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: SidecarParts) {
    this.#parts = parts;
    this.#engine = parts.engine ?? new HttpProxyEngine(parts);
    const { clock, random, node } = parts;
    this.#tracer = new Tracer({
      clock,
      random,
      stats: this.stats,
      proxy: { serviceName: node?.cluster ?? '', nodeId: node?.id ?? '', ip: parts.sockets.podIp },
      upstream: (name) => this.#upstreams.get(name),
    });
    this.#authorizer = new ExternalAuthorizer({ sockets: parts.sockets, clock, stats: this.stats });
    this.#rules = new ManagerRules({
      live: { routes: (name) => this.#routes.get(name), upstream: (name) => this.#upstreams.get(name) },
      clock: parts.clock,
      random: parts.random,
      log: parts.log,
      stats: this.stats,
      tracer: this.#tracer,
      authorizer: this.#authorizer,
      serviceCluster: node?.cluster ?? '',
    });
    this.stats.stat('gauge', 'server.live').value = 1;
    this.stats.stat('gauge', 'control_plane.connected_state');
  }

  get listeners(): readonly ListenerRuntime[] {
    return [...this.#listeners.values()];
  }

  get routes(): readonly RouteConfig[] {
    return [...this.#routes.values()].map(({ config }) => config);
  }

  get upstreams(): readonly UpstreamRuntime[] {
    return [...this.#upstreams.values()];
  }

  get secrets(): Secrets {
    return this.#secrets;
  }

  /** The update in force; undefined before the first. */
  get dynamic(): ProxyUpdate | undefined {
    return this.#dynamic;
  }

  /** When it came, in ms of the clock. */
  get updatedAt(): number {
    return this.#updatedAt;
  }

  get bootstrap(): ProxyUpdate | undefined {
    return this.#bootstrap;
  }

  /** Static resources: they stay whatever the control plane says later. */
  start(bootstrap: ProxyUpdate): Promise<readonly string[]> {
    this.#bootstrap = bootstrap;
    return this.#enqueue();
  }

  /** Takes on a new configuration; resolves with the reason for each resource that was refused. */
  apply(update: ProxyUpdate): Promise<readonly string[]> {
    this.#dynamic = update;
    this.#updatedAt = this.#parts.clock.now();
    return this.#enqueue();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#applying;
    for (const listener of this.#listeners.values()) listener.close();
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#engine.close();
    this.#authorizer.close();
    this.#tracer.close();
    this.#listeners.clear();
  }

  #enqueue(): Promise<readonly string[]> {
    const applied = this.#applying.then(() => this.#reconcile());
    this.#applying = applied.catch(() => {});
    return applied;
  }

  /** Clusters first and listeners last, so that a route never leads to a cluster that is still on its way. */
  async #reconcile(): Promise<readonly string[]> {
    if (this.#closed) return [];
    const updates = [this.#bootstrap, this.#dynamic].filter((update) => update !== undefined);
    this.#secrets = new Secrets({
      certificates: updates.flatMap(({ certificates }) => certificates),
      trustedCaPem: updates.at(-1)?.trustedCaPem ?? '',
      validationContexts: updates.flatMap(({ config }) => config.validationContexts),
    });
    const rejections = this.#reconcileUpstreams(updates);
    await Promise.all(this.upstreams.map(({ warmed }) => warmed));
    rejections.push(...this.#reconcileRoutes(updates), ...(await this.#reconcileListeners(updates)));
    this.stats.stat('counter', `listener_manager.lds.update_${rejections.length > 0 ? 'rejected' : 'success'}`).value++;
    return rejections;
  }

  #reconcileUpstreams(updates: readonly ProxyUpdate[]): string[] {
    const wanted = updates.flatMap(({ config }) => config.clusters);
    const names = new Set(wanted.map(({ name }) => name));
    for (const [name, upstream] of this.#upstreams) {
      if (names.has(name)) continue;
      upstream.close();
      upstream.scope.forget();
      this.#upstreams.delete(name);
    }
    const rejections: string[] = [];
    for (const config of wanted) {
      const known = this.#upstreams.get(config.name);
      const reason = whyClusterRejected(config);
      if (reason) rejections.push(reason);
      if (known) known.update(reason ? known.config : config, this.#secrets);
      else if (!reason) {
        const { sockets, clock } = this.#parts;
        this.#upstreams.set(
          config.name,
          new UpstreamRuntime(config, { sockets, clock, stats: this.stats, secrets: this.#secrets }),
        );
      }
    }
    return rejections;
  }

  #reconcileRoutes(updates: readonly ProxyUpdate[]): string[] {
    const wanted = updates.flatMap(({ config }) => config.routes);
    const names = new Set(wanted.map(({ name }) => name));
    for (const name of this.#routes.keys()) if (!names.has(name)) this.#routes.delete(name);
    const rejections: string[] = [];
    for (const config of wanted) {
      const known = this.#routes.get(config.name);
      // Untouched tables stay: their rate limits keep their tokens (Envoy compares a hash).
      if (known && JSON.stringify(known.config) === JSON.stringify(config)) continue;
      const reason = whyRouteConfigRejected(config);
      if (reason) rejections.push(reason);
      else this.#routes.set(config.name, compileRoutes(config));
    }
    return rejections;
  }

  async #reconcileListeners(updates: readonly ProxyUpdate[]): Promise<string[]> {
    const wanted = updates.flatMap(({ config }) => config.listeners);
    const names = new Set(wanted.map(({ name }) => name));
    for (const [name, listener] of this.#listeners) {
      if (names.has(name)) continue;
      listener.close();
      this.#listeners.delete(name);
    }
    const rejections: string[] = [];
    for (const config of wanted) {
      const reason = whyListenerRejected(config);
      const known = this.#listeners.get(config.name);
      if (reason) rejections.push(reason);
      else if (known) known.update(config);
      else await this.#listen(config);
    }
    return rejections;
  }

  async #listen(config: ProxyUpdate['config']['listeners'][number]): Promise<void> {
    const { sockets, clock, random, log } = this.#parts;
    const runtime = new ListenerRuntime(config, {
      sockets,
      clock,
      random,
      log,
      stats: this.stats,
      engine: this.#engine,
      rules: this.#rules,
      secrets: () => this.#secrets,
      live: { routes: (name) => this.#routes.get(name), upstream: (name) => this.#upstreams.get(name) },
    });
    await runtime.open();
    this.#listeners.set(config.name, runtime);
  }
}
