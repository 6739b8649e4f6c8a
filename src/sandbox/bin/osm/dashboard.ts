import type { Service } from '../../../kube/objects.ts';
import { requestJson } from '../api/connection.ts';
import type { CommandSpec, Invocation } from '../cobra/command.ts';
import { connect, listPods, messageOf } from './mesh.ts';

/** `osm dashboard` (OSM 1.2: cmd/cli/dashboard.go): a tunnel to Grafana until Ctrl-C. */
async function dashboard(invocation: Invocation): Promise<number> {
  const { flags, io } = invocation;
  const namespace = flags.string('osm-namespace');
  const fail = (why: string) =>
    new Error(
      `${why}\n\nNote: The command failed when run in the OSM namespace [${namespace}].\nUse the global flag --osm-namespace if [${namespace}] is not the intended OSM namespace.`,
    );
  io.out('[+] Starting Dashboard forwarding\n');
  const api = await connect(invocation);
  const service = await requestJson<Service>(api, `/api/v1/namespaces/${namespace}/services/osm-grafana`).catch(
    (error: unknown) => {
      throw fail(`Failed to get OSM Grafana service data: ${messageOf(error)}`);
    },
  );
  const selector = Object.entries(service.spec.selector ?? {}).map((pair) => pair.join('='));
  const pods = await listPods(api, namespace, selector.join(',')).catch((error: unknown) => {
    throw fail(`Error listing pods: ${messageOf(error)}`);
  });
  const pod = pods.find(({ status }) => status?.phase === 'Running');
  if (!pod) throw fail('No running Grafana pod available');
  const { listenForPod } = await import('../api/port-forward.ts');
  const target = { namespace, name: pod.metadata.name ?? '', port: flags.int('remote-port') };
  const stop = await listenForPod(api, target, flags.int('local-port')).catch((error: unknown) => {
    throw fail(`Port forwarding failed: ${messageOf(error)}`);
  });
  if (flags.bool('open-browser')) {
    const url = `http://localhost:${flags.int('local-port')}`;
    io.out(`[+] Issuing open browser ${url}\n`);
    const { default: open } = await import('open');
    await open(url).catch(() => {});
  }
  await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }));
  stop();
  return 0;
}

export const dashboardCommand: CommandSpec = {
  use: 'dashboard',
  short: 'open grafana dashboard through ssh redirection',
  long: `Forwards a local port to the Grafana that runs beside the control plane, opens a browser on it,
and goes on until it is interrupted.`,
  example: '  osm dashboard --open-browser=false',
  flags: [
    { name: 'local-port', short: 'p', type: 'uint16', default: '3000', usage: 'Local port to use' },
    { name: 'remote-port', short: 'r', type: 'uint16', default: '3000', usage: 'Remote port on Grafana' },
    {
      name: 'open-browser',
      short: 'b',
      type: 'bool',
      default: 'true',
      usage: 'Triggers browser open, true by default',
    },
  ],
  run: dashboard,
};
