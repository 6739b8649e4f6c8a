import { rest } from '../../../platform/clock.ts';
import { adminPages } from '../../mesh/admin.ts';
import {
  type Bootstrap,
  bootstrapDocument,
  bootstrapFiles,
  parseBootstrap,
} from '../../mesh/osm/injector/bootstrap.ts';
import { staticConfig } from '../../mesh/osm/injector/static-config.ts';
import { envoyUid } from '../../mesh/osm/names.ts';
import { serveHttp } from '../../mesh/osm/pod-server.ts';
import type { ProxyUpdate } from '../../mesh/proxy-config.ts';
import { Sidecar } from '../../mesh/sidecar.ts';
import { whyTlsRejected } from '../../mesh/tls-protocol.ts';
import { subscribeXds } from '../../mesh/xds.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';

/** Envoy's reconnect back-off, base and cap (xDS: 500 ms, 30 s); the sandbox keeps the cap lower than a lesson's patience. */
const firstRetryMs = 500;
const longestRetryMs = 5000;

/**
 * The sidecar proxy: reads its bootstrap, serves its admin pages, and does what its control plane says. Until that has
 * spoken it listens on the admin port (and the kubelet's probe ports) only, so connections of the app are refused.
 */
export const envoy: ImageProgram = {
  repositories: [
    'mcr.microsoft.com/oss/openservicemesh/osm-sidecar',
    'envoyproxy/envoy-distroless',
    'envoyproxy/envoy',
  ],
  sizeBytes: 49_283_072,
  entrypoint: ['envoy'],
  executables: ['/usr/local/bin/envoy'],
  user: envoyUid,
  async run(context) {
    const configPath = argument(context.argv, '--config-path') ?? '/etc/envoy/bootstrap.yaml';
    const text = context.readFile(configPath);
    if (text === undefined) {
      context.stderr(`unable to read file: ${configPath}\n`);
      return 1;
    }
    const bootstrap = parseBootstrap(text);
    const refusal = whyTlsRejected(bootstrap.xds.tls);
    if (refusal) {
      context.stderr(`[critical][main] error initializing configuration '${configPath}': ${refusal}\n`);
      return 1;
    }
    const node = { id: bootstrap.node, cluster: argument(context.argv, '--service-cluster') ?? '' };
    const sidecar = new Sidecar({
      node,
      sockets: context.sockets,
      clock: context.clock,
      random: context.random,
      log: (line) => context.stdout(`${line}\n`),
    });
    const quit = new AbortController();
    const ended = AbortSignal.any([context.signal, quit.signal]);
    const stopAdmin = await serveHttp(
      context.sockets,
      bootstrap.adminPort,
      adminPages({
        sidecar,
        clock: context.clock,
        bootstrap: { ...bootstrapDocument(text), node },
        logLevel: argument(context.argv, '--log-level') ?? 'info',
        startedMs: context.clock.now(),
        quit: () => quit.abort(),
      }),
      '127.0.0.1',
    );
    try {
      await sidecar.start(fixed(bootstrap));
      await followControlPlane(context, bootstrap, configPath, sidecar, ended);
    } finally {
      stopAdmin();
      await sidecar.close();
    }
    return 0;
  },
};

function argument(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
}

const fixed = ({ probes }: Bootstrap): ProxyUpdate => ({
  version: 'bootstrap',
  config: staticConfig(probes),
  certificates: [],
  trustedCaPem: '',
});

/** Stays subscribed until told to end; a lost control plane leaves the last good configuration in force. */
async function followControlPlane(
  context: ContainerContext,
  bootstrap: Bootstrap,
  configPath: string,
  sidecar: Sidecar,
  ended: AbortSignal,
): Promise<void> {
  const file = (name: string) => context.readFile(configPath.replace(/[^/]*$/, name)) ?? '';
  const connected = sidecar.stats.stat('gauge', 'control_plane.connected_state');
  let retryMs = firstRetryMs;
  while (!ended.aborted) {
    try {
      const identity = {
        node: bootstrap.node,
        certPem: file(bootstrapFiles.certificate),
        keyPem: file(bootstrapFiles.key),
        caPem: file(bootstrapFiles.ca),
        ...(sidecar.dynamic ? { applied: sidecar.dynamic.version } : {}),
      };
      const subscription = await subscribeXds(context.sockets, bootstrap.xds, identity, (update) =>
        sidecar.apply(update),
      );
      connected.value = 1;
      retryMs = firstRetryMs;
      const close = () => subscription.close();
      ended.addEventListener('abort', close, { once: true });
      if (ended.aborted) close();
      await subscription.closed;
      ended.removeEventListener('abort', close);
      connected.value = 0;
    } catch (error) {
      context.stderr(`[warning][config] gRPC config stream closed: 14, ${(error as Error).message}\n`);
    }
    await rest(context.clock, retryMs, ended);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}
