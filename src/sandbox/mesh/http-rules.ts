import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { exchangeLine, type LoggedConnection } from './access-log.ts';
import { ConnectionBytes } from './connection-bytes.ts';
import type { Decision, ExchangeRecord, Forward, HttpRules, LocalReply, RequestHead, ResponseFlag } from './engine.ts';
import type { Asking, ExternalAuthorizer } from './ext-authz/external-authorizer.ts';
import { healthCheckOk, healthCheckReply } from './health-check-filter.ts';
import type { Histogram } from './histogram.ts';
import { HttpRateLimiters } from './local-rate-limit.ts';
import type { ExternalAuthorization, HttpConnectionManager, Route } from './proxy-config.ts';
import { type CompiledRoutes, chooseWeighted, isPrincipal } from './route.ts';
import type { Stat, StatScope, StatStore } from './stats.ts';
import type { Tracer } from './tracing/tracer.ts';
import type { UpstreamRuntime } from './upstream.ts';
import { WorkloadStatsFilter } from './workload-stats.ts';

/** What rules look up for each request, so that a new configuration holds from the next request on. */
export interface LiveConfig {
  routes(name: string): CompiledRoutes | undefined;
  upstream(name: string): UpstreamRuntime | undefined;
}

interface ManagerStats {
  scope: StatScope;
  connections: Stat;
  connectionsActive: Stat;
  bytes: ConnectionBytes;
  requests: Stat;
  active: Stat;
  completed: Stat;
  /** Exchanges that their client gave up. */
  reset: Stat;
  idleTimeout: Stat;
  duration: Histogram;
  allowed: Stat;
  denied: Stat;
  noRoute: Stat;
}

interface AdmittedRequest {
  manager: HttpConnectionManager;
  route: Route;
  request: RequestHead;
}

const localReply = (
  status: number,
  body: string,
  flags: ResponseFlag,
  details: string,
  upstreamCluster: string | null = null,
): LocalReply => ({ type: 'reply', status, body, flags, details, upstreamCluster });

/** The HTTP filters of one connection manager: role-based access, rate limit, authorization, router. Frames nothing itself. */
export class ManagerRules {
  readonly #live: LiveConfig;
  readonly #random: Random;
  readonly #log: (line: string) => void;
  readonly #stats: StatStore;
  readonly #rateLimiters: HttpRateLimiters;
  readonly #authorizer: ExternalAuthorizer;
  readonly #byPrefix = new Map<string, ManagerStats>();
  readonly #workloadStats: WorkloadStatsFilter;
  readonly #tracer: Tracer;
  readonly #serviceCluster: string;

  constructor(parts: {
    live: LiveConfig;
    clock: Clock;
    random: Random;
    log: (line: string) => void;
    stats: StatStore;
    tracer: Tracer;
    authorizer: ExternalAuthorizer;
    serviceCluster: string;
  }) {
    this.#live = parts.live;
    this.#random = parts.random;
    this.#log = parts.log;
    this.#stats = parts.stats;
    this.#workloadStats = new WorkloadStatsFilter(parts.stats);
    this.#authorizer = parts.authorizer;
    this.#rateLimiters = new HttpRateLimiters(parts.clock, parts.stats);
    this.#tracer = parts.tracer;
    this.#serviceCluster = parts.serviceCluster;
  }

  /** The stats of a connection manager; asked for when its listener comes up, so that zeroes are there to be read. */
  statsOf(prefix: string): ManagerStats {
    const known = this.#byPrefix.get(prefix);
    if (known) return known;
    const scope = this.#stats.prefixed('http', prefix, 'envoy_http_conn_manager_prefix');
    const created = {
      scope,
      connections: scope.counter('downstream_cx_total'),
      connectionsActive: scope.gauge('downstream_cx_active'),
      bytes: new ConnectionBytes(this.#stats, scope, 'downstream_cx'),
      requests: scope.counter('downstream_rq_total'),
      active: scope.gauge('downstream_rq_active'),
      completed: scope.counter('downstream_rq_completed'),
      reset: scope.counter('downstream_rq_rx_reset'),
      idleTimeout: scope.counter('downstream_rq_idle_timeout'),
      duration: scope.histogram('downstream_rq_time'),
      allowed: scope.counter('rbac.allowed'),
      denied: scope.counter('rbac.denied'),
      noRoute: scope.counter('no_route'),
    };
    this.#byPrefix.set(prefix, created);
    return created;
  }

  /** A connection that this manager serves; counted once, whatever configurations come while it is open. */
  accepted({ statPrefix }: HttpConnectionManager, socket: Socket): void {
    const { connections, connectionsActive, bytes } = this.statsOf(statPrefix);
    connections.value++;
    connectionsActive.value++;
    bytes.follow(socket);
    socket.once('close', () => {
      connectionsActive.value--;
    });
  }

  forConnection(manager: HttpConnectionManager, peerNames: readonly string[], connection: LoggedConnection): HttpRules {
    const stats = this.statsOf(manager.statPrefix);
    return {
      manager,
      began() {
        stats.requests.value++;
        stats.active.value++;
      },
      decide: (request) => {
        const headers = manager.tracing ? this.#tracer.begin(manager, request) : [];
        const decision = this.#decide(manager, stats, { peerNames, connection }, request);
        if (headers.length === 0) return decision;
        return decision instanceof Promise
          ? decision.then((decided) => withHeaders(headers, decided))
          : withHeaders(headers, decision);
      },
      finished: (record: ExchangeRecord) => {
        stats.active.value--;
        if (record.status > 0 && record.details !== healthCheckOk) {
          stats.completed.value++;
          stats.scope.countCode('downstream_rq', record.status, false);
        }
        if (record.flags === 'DC') stats.reset.value++;
        if (record.flags === 'SI') stats.idleTimeout.value++;
        this.#recordTime(stats, record);
        if (manager.workloadStats) this.#workloadStats.record(manager.workloadStats, record);
        if (manager.tracing && record.request) {
          this.#tracer.finish(manager, manager.tracing, record.request, record, connection);
        }
        this.#log(exchangeLine(record, connection));
      },
    };
  }

  /** Envoy: upstream_rq_time counts what an upstream answered. */
  #recordTime(stats: ManagerStats, { startMs, endMs, upstreamCluster, upstreamServiceTimeMs }: ExchangeRecord): void {
    stats.duration.record(endMs - startMs, endMs);
    if (upstreamCluster === null || upstreamServiceTimeMs === undefined) return;
    this.#live.upstream(upstreamCluster)?.requestTime.record(endMs - startMs, endMs);
  }

  #decide(
    manager: HttpConnectionManager,
    stats: ManagerStats,
    asking: Asking,
    request: RequestHead,
  ): Decision | Promise<Decision> {
    const choice = this.#live.routes(manager.routeConfig)?.choose(request);
    if (choice?.status !== 'routed') {
      const healthy = healthCheckReply(manager.healthCheckFilter, request, this.#serviceCluster);
      if (healthy) return healthy;
      stats.noRoute.value++;
      return localReply(404, '', 'NR', 'route_not_found');
    }
    const { route, virtualHost } = choice;
    if (route.rbac) {
      if (!isPrincipal(route.rbac, asking.peerNames)) {
        stats.denied.value++;
        return localReply(403, 'RBAC: access denied', '-', 'rbac_access_denied_matched_policy[none]');
      }
      stats.allowed.value++;
    }
    const limit = route.rateLimit ?? virtualHost.rateLimit;
    const refusal = limit && this.#rateLimiters.refuse(limit);
    if (refusal) return refusal;
    const authorization = manager.externalAuthorization;
    return authorization
      ? this.#authorized(authorization, stats, asking, { manager, route, request })
      : this.#forward({ manager, route, request });
  }

  /** Both the connection manager and the cluster that the request is for count what came of asking. */
  async #authorized(
    authorization: ExternalAuthorization,
    stats: ManagerStats,
    asking: Asking,
    admitted: AdmittedRequest,
  ): Promise<Decision> {
    const { route, request } = admitted;
    const scopes = [
      stats.scope,
      ...route.clusters.slice(0, 1).flatMap(({ cluster }) => this.#live.upstream(cluster)?.scope ?? []),
    ];
    const verdict = await this.#authorizer.check(authorization, request, asking, scopes);
    return verdict.type === 'refused' ? verdict.reply : withHeaders(verdict.headersToSet, this.#forward(admitted));
  }

  #forward({ manager, route, request }: AdmittedRequest): Decision {
    const healthy = healthCheckReply(manager.healthCheckFilter, request, this.#serviceCluster);
    if (healthy) return healthy;
    const chosen = chooseWeighted(route.clusters, this.#random.next());
    const upstream = chosen && this.#live.upstream(chosen.cluster);
    if (!upstream) return localReply(503, '', 'NC', 'cluster_not_found', chosen?.cluster ?? null);
    const host = upstream.pick();
    if (!host) {
      upstream.stats.cxNoneHealthy.value++;
      upstream.scope.countCode('upstream_rq', 503, true);
      return localReply(503, 'no healthy upstream', 'UH', 'no_healthy_upstream', upstream.name);
    }
    const forward: Forward = { type: 'forward', upstream, host, path: rewritten(route, request.path) };
    if (!route.retry) return forward;
    // A retry stays in the cluster that the first attempt was given and takes its next endpoint.
    const repick = () => {
      const next = upstream.pick();
      return next && { upstream, host: next };
    };
    return { ...forward, retry: { ...route.retry, repick } };
  }
}

function withHeaders(headers: readonly (readonly [string, string])[], decision: Decision): Decision {
  if (decision.type === 'reply') return decision;
  return { ...decision, requestHeadersToSet: [...headers, ...(decision.requestHeadersToSet ?? [])] };
}

function rewritten(route: { path: { type: string; prefix?: string }; prefixRewrite?: string }, path: string): string {
  if (route.prefixRewrite === undefined) return path;
  return route.prefixRewrite + path.slice(route.path.prefix?.length ?? 0);
}
