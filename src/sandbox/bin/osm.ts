import { type CommandSpec, execute } from './cobra/command.ts';
import { dashboardCommand } from './osm/dashboard.ts';
import { envCommand, readEnvironment } from './osm/environment.ts';
import { installCommand } from './osm/install.ts';
import { meshCommand } from './osm/mesh-list.ts';
import { metricsCommand } from './osm/metrics.ts';
import { namespaceCommand } from './osm/namespace.ts';
import { policyCommand } from './osm/policy.ts';
import { proxyCommand } from './osm/proxy.ts';
import { supportCommand } from './osm/support.ts';
import { uninstallCommand } from './osm/uninstall.ts';
import { verifyCommand } from './osm/verify.ts';
import { versionCommand } from './osm/version.ts';
import { processIo } from './program-io.ts';

/**
 * The `osm` command of the sandbox, with the words of OSM 1.2.4. It finds a cluster through KUBECONFIG and its own
 * settings through OSM_CONFIG, as the real one does; it knows nothing of the sandbox behind them.
 */
const io = processIo();

async function main(): Promise<number> {
  const environment = await readEnvironment(io.env).catch((error: unknown) => {
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  });
  if (!environment) return 1;
  const root: CommandSpec = {
    use: 'osm',
    short: 'Install and manage Open Service Mesh',
    long: 'The osm command manages Open Service Mesh in a Kubernetes cluster: which namespaces belong to a mesh,\nwhat its sidecars do, and which versions run.',
    persistentFlags: [
      {
        name: 'osm-namespace',
        type: 'string',
        default: environment.namespace,
        usage: 'namespace for osm control plane',
      },
      { name: 'verbose', type: 'bool', usage: 'enable verbose output' },
    ],
    commands: [
      envCommand(environment),
      meshCommand(environment),
      metricsCommand,
      namespaceCommand,
      policyCommand,
      proxyCommand,
      supportCommand,
      uninstallCommand(environment),
      verifyCommand,
      versionCommand,
      ...(environment.kind === 'managed' ? [] : [installCommand, dashboardCommand]),
    ],
  };
  return execute(root, process.argv.slice(2), io);
}

process.exitCode = await main();
