import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { connectionLine, type LoggedConnection } from './access-log.ts';
import type { LiveConfig } from './http-rules.ts';
import type { TcpProxy } from './proxy-config.ts';
import { chooseWeighted } from './route.ts';
import type { StatStore } from './stats.ts';
import { UpstreamHost, type UpstreamRuntime } from './upstream.ts';

export interface TcpProxyParts {
  live: LiveConfig;
  clock: Clock;
  random: Random;
  stats: StatStore;
  log: (line: string) => void;
}

/**
 * Envoy's TCP proxy: chooses a cluster per connection and carries bytes both ways, each direction ending by itself.
 * A client whose upstream fails sees its connection close, never why.
 */
export async function proxyTcp(
  parts: TcpProxyParts,
  filter: TcpProxy,
  downstream: Socket,
  connection: LoggedConnection,
): Promise<void> {
  const { live, clock, stats } = parts;
  const scope = stats.prefixed('tcp', filter.statPrefix, 'envoy_tcp_prefix');
  const startMs = clock.now();
  scope.counter('downstream_cx_total').value++;
  const choice = chooseWeighted(filter.clusters, parts.random.next());
  const upstream = choice && live.upstream(choice.cluster);
  const host = upstream && endpointFor(upstream, connection);
  const finish = (flags: string, remote: Socket | undefined) =>
    parts.log(
      connectionLine(
        {
          startMs,
          endMs: clock.now(),
          flags,
          details: null,
          upstreamCluster: choice?.cluster ?? null,
          upstreamHost: host?.key ?? null,
          bytesReceived: remote?.bytesWritten ?? 0,
          bytesSent: remote?.bytesRead ?? 0,
        },
        connection,
      ),
    );
  if (!upstream || !host) {
    if (upstream) upstream.stats.cxNoneHealthy.value++;
    else scope.counter('downstream_cx_no_route').value++;
    closeUnread(downstream);
    finish(upstream ? 'UH' : 'NC', undefined);
    return;
  }
  if (!upstream.limits.connections.hasRoom) {
    upstream.stats.cxOverflow.value++;
    closeUnread(downstream);
    finish('UO,URX', undefined);
    return;
  }
  let remote: Socket;
  try {
    remote = await upstream.connect(host);
  } catch {
    closeUnread(downstream);
    finish('UF,URX', undefined);
    return;
  }
  splice(downstream, remote);
  remote.once('close', () => finish('-', remote));
}

/**
 * What a kernel does when a socket is closed with bytes in it that nobody read: a reset; else a plain end. Envoy reads
 * nothing of a client before its upstream is there, so a request that waits for a failing one is unread.
 */
export function closeUnread(socket: Socket): void {
  if (socket.readableLength > 0) socket.resetAndDestroy();
  else socket.destroy();
}

/** An original-destination cluster has one endpoint per connection: where the client wanted to go. */
function endpointFor(upstream: UpstreamRuntime, connection: LoggedConnection): UpstreamHost | undefined {
  return upstream.config.discovery === 'original-dst'
    ? new UpstreamHost(connection.originalDestination)
    : upstream.pick();
}

function splice(downstream: Socket, remote: Socket): void {
  downstream.allowHalfOpen = true;
  remote.allowHalfOpen = true;
  downstream.pipe(remote);
  remote.pipe(downstream);
  // A reset upstream becomes a plain close downstream: what was received is still delivered (Envoy: FlushWrite).
  remote.once('close', () => {
    if (downstream.destroyed) return;
    downstream.end();
    downstream.resume();
  });
  downstream.once('close', () => remote.destroy());
}
