import type { ManagedCluster, ManagedClusterAddonProfile } from '@azure/arm-containerservice';
import { clusterOutput, clusterTable } from './cluster-output.ts';
import {
  type Argument,
  type AzCommand,
  clusterNameArgument,
  type Invocation,
  noWaitArgument,
  resourceGroupArgument,
} from './command.ts';
import { pollEveryMs } from './connection.ts';
import { AzError } from './errors.ts';

/** `az aks enable-addons` and `disable-addons`. Names are az's; the sandbox's Azure has one of them. */
const addonKeys: Readonly<Record<string, string>> = {
  http_application_routing: 'httpApplicationRouting',
  monitoring: 'omsagent',
  'virtual-node': 'aciConnector',
  'azure-policy': 'azurepolicy',
  'kube-dashboard': 'kubeDashboard',
  'ingress-appgw': 'ingressApplicationGateway',
  'open-service-mesh': 'openServiceMesh',
  'azure-keyvault-secrets-provider': 'azureKeyvaultSecretsProvider',
};

const names = (list: string) =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Add-on profiles of a new cluster. */
export function requestAddons(list: string): Record<string, ManagedClusterAddonProfile> {
  const wanted = names(list);
  const unknown = wanted.filter((name) => !addonKeys[name]);
  if (unknown.length > 0)
    throw new AzError(
      `"${unknown.join(',')}" ${unknown.length > 1 ? 'are' : 'is'} not recognized by the --enable-addons argument.`,
    );
  return Object.fromEntries(wanted.map((name) => [addonKeys[name] ?? name, { enabled: true }]));
}

function changeAddons(cluster: ManagedCluster, list: string, enabled: boolean): void {
  const profiles = { ...cluster.addonProfiles };
  for (const name of names(list)) {
    const key = addonKeys[name];
    if (!key) throw new AzError(`Invalid addon name: ${name}.`);
    const existing = profiles[key];
    if (enabled && existing?.enabled)
      throw new AzError(
        `The ${name} addon is already enabled for this managed cluster.\nTo change ${name} configuration, run "az aks disable-addons -a ${name} -n ${cluster.name} -g MyResourceGroup" before enabling it again.`,
      );
    if (!enabled && !existing) throw new AzError(`The addon ${name} is not installed.`);
    profiles[key] = { enabled };
  }
  cluster.addonProfiles = profiles;
}

async function update(invocation: Invocation, enabled: boolean): Promise<unknown> {
  const { connection, io, text, isOn } = invocation;
  const { managedClusters } = await connection.containers();
  const [group, name] = [text('resourceGroup'), text('name')];
  const cluster = await managedClusters.get(group, name);
  changeAddons(cluster, text('addons'), enabled);
  const poller = managedClusters.createOrUpdate(group, name, cluster, { updateIntervalInMs: pollEveryMs });
  if (isOn('noWait')) {
    await poller.submitted();
    return undefined;
  }
  return clusterOutput(await io.running(poller.pollUntilDone()));
}

const addonsArgument: Argument = {
  names: ['--addons', '-a'],
  key: 'addons',
  kind: 'value',
  required: true,
  help: 'The Kubernetes addons in a comma-separated list, such as open-service-mesh.',
};

const change = (verb: 'enable' | 'disable'): AzCommand => ({
  path: `aks ${verb}-addons`,
  summary: `${verb === 'enable' ? 'Enable' : 'Disable'} Kubernetes addons.`,
  arguments: [addonsArgument, clusterNameArgument, resourceGroupArgument, noWaitArgument],
  examples: [
    {
      what: `${verb === 'enable' ? 'Enable' : 'Disable'} the Open Service Mesh add-on.`,
      line: `az aks ${verb}-addons --addons open-service-mesh --name MyManagedCluster --resource-group MyResourceGroup`,
    },
  ],
  table: clusterTable,
  run: (invocation) => update(invocation, verb === 'enable'),
});

export const addonCommands: readonly AzCommand[] = [change('enable'), change('disable')];
