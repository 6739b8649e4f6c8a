import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ContainerContext, ImageProgram } from '../program.ts';

/**
 * The handful of AKS system programs that a learner sees in kube-system. They log and serve their health and metrics
 * ports; the work that their namesakes do (names, metrics, tunnels) is done by other parts of the sandbox.
 */
export const systemImages = {
  coredns: 'mcr.microsoft.com/oss/v2/kubernetes/coredns',
  autoscaler: 'mcr.microsoft.com/oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler',
  konnectivity: 'mcr.microsoft.com/oss/v2/kubernetes/apiserver-network-proxy/agent',
  metricsServer: 'mcr.microsoft.com/oss/v2/kubernetes/metrics-server',
} as const;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves until the signal aborts; resolves when everything is closed. */
async function serve(context: ContainerContext, ports: readonly { port: number; answer: Answer }[]): Promise<void> {
  const closers = await Promise.all(
    ports.map(async ({ port, answer }) => {
      const server = createServer(answer);
      const listener = await context.sockets.listen(port, ({ socket }) => server.emit('connection', socket));
      return () => {
        listener.close();
        server.closeAllConnections();
      };
    }),
  );
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const close of closers) close();
}

/** 200 with a text on the given paths, 404 elsewhere. */
const paths =
  (answers: Record<string, () => string>): Answer =>
  (request, response) => {
    const text = answers[(request.url ?? '/').split('?')[0] ?? '/'];
    response.writeHead(text ? 200 : 404, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(text ? text() : '404 page not found\n');
  };

const processMetrics = (startedMs: number) => () =>
  `# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ${startedMs / 1000}\n`;

/** klog's line prefix: `I1122 03:05:15.000000       1 main.go:10]`. */
function klog(context: ContainerContext, place: string, message: string): void {
  const iso = new Date(context.clock.now()).toISOString();
  const stamp = `${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000`;
  context.stderr(`I${stamp}       1 ${place}] ${message}\n`);
}

const coredns: ImageProgram = {
  repositories: [systemImages.coredns],
  sizeBytes: 21_300_000,
  entrypoint: ['/coredns'],
  async run(context) {
    context.stdout('.:53\n');
    context.stdout('[INFO] plugin/reload: Running configuration SHA512 = ');
    context.stdout(`${'0123456789abcdef'.repeat(8)}\n`);
    context.stdout('CoreDNS-1.12.1\nlinux/amd64, go1.24.2, \n');
    await serve(context, [
      { port: 8080, answer: paths({ '/health': () => 'OK' }) },
      { port: 8181, answer: paths({ '/ready': () => 'OK' }) },
      { port: 9153, answer: paths({ '/metrics': processMetrics(context.clock.now()) }) },
    ]);
    context.stdout('[INFO] SIGTERM: Shutting down servers then terminating\n');
    return 0;
  },
};

const autoscaler: ImageProgram = {
  repositories: [systemImages.autoscaler],
  sizeBytes: 16_900_000,
  entrypoint: ['/cluster-proportional-autoscaler'],
  async run(context) {
    klog(context, 'autoscaler.go:49', 'Scaling Namespace: kube-system, Target: deployment/coredns');
    await serve(context, [{ port: 8080, answer: paths({ '/healthz': () => 'ok' }) }]);
    return 0;
  },
};

const konnectivity: ImageProgram = {
  repositories: [systemImages.konnectivity],
  sizeBytes: 9_800_000,
  entrypoint: ['/proxy-agent'],
  async run(context) {
    klog(context, 'options.go:127', `AgentID set to "${context.pod.uid}".`);
    klog(context, 'client.go:210', 'Connect to server');
    const healthy = paths({
      '/healthz': () => 'ok',
      '/readyz': () => 'ok',
      '/metrics': processMetrics(context.clock.now()),
    });
    await serve(context, [{ port: 8093, answer: healthy }]);
    return 0;
  },
};

const metricsServer: ImageProgram = {
  repositories: [systemImages.metricsServer],
  sizeBytes: 20_100_000,
  entrypoint: ['/metrics-server'],
  async run(context) {
    klog(context, 'server.go:191', '"Starting metrics-server"');
    const healthy = paths({ '/livez': () => 'ok', '/readyz': () => 'ok' });
    await serve(context, [{ port: 4443, answer: healthy }]);
    return 0;
  },
};

export const kubeSystemPrograms: readonly ImageProgram[] = [coredns, autoscaler, konnectivity, metricsServer];
