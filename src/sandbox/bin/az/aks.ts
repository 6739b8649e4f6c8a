import type { ManagedCluster } from '@azure/arm-containerservice';
import { addonCommands } from './aks-addons.ts';
import { createCommand } from './aks-create.ts';
import { waitCommand } from './aks-wait.ts';
import { asAzPrints, clusterOutput, clusterTable, resourceGroupOf } from './cluster-output.ts';
import {
  type AzCommand,
  clusterNameArgument,
  type Invocation,
  noWaitArgument,
  resourceGroupArgument,
  yesArgument,
} from './command.ts';
import { confirm } from './confirm.ts';
import { pollEveryMs } from './connection.ts';
import { AzError } from './errors.ts';
import { mergeKubeconfig } from './kubeconfig.ts';

/** `az aks …`, except what makes and changes clusters (aks-create, aks-addons). */
const target = [clusterNameArgument, resourceGroupArgument];
const optionalGroup = { ...resourceGroupArgument, required: false };

async function list({ connection, text }: Invocation): Promise<unknown> {
  const { managedClusters } = await connection.containers();
  const group = text('resourceGroup');
  const clusters: ManagedCluster[] = [];
  for await (const cluster of group ? managedClusters.listByResourceGroup(group) : managedClusters.list())
    clusters.push(cluster);
  return clusters.map(clusterOutput);
}

async function getCredentials({ connection, io, text, isOn }: Invocation): Promise<undefined> {
  const { managedClusters } = await connection.containers();
  const [group, name] = [text('resourceGroup'), text('name')];
  const answer = isOn('admin')
    ? await managedClusters.listClusterAdminCredentials(group, name)
    : await managedClusters.listClusterUserCredentials(group, name);
  const value = answer.kubeconfigs?.[0]?.value;
  if (!value) throw new AzError('No Kubernetes credentials found.');
  // The first file of the list is where kubectl writes, too.
  const path = text('file') || (io.env['KUBECONFIG'] ?? '').split(':')[0];
  if (!path)
    throw new AzError(
      'KUBECONFIG is not set, and the sandbox does not touch ~/.kube/config. Set KUBECONFIG, or name a file with --file.',
    );
  await mergeKubeconfig(io, Buffer.from(value).toString(), {
    path,
    overwrite: isOn('overwriteExisting'),
    contextName: text('context'),
  });
  return undefined;
}

async function remove({ connection, io, text, isOn }: Invocation): Promise<undefined> {
  if (!isOn('yes')) await confirm(io);
  const { managedClusters } = await connection.containers();
  const poller = managedClusters.delete(text('resourceGroup'), text('name'), { updateIntervalInMs: pollEveryMs });
  await (isOn('noWait') ? poller.submitted() : io.running(poller.pollUntilDone()));
  return undefined;
}

async function getVersions({ connection, text }: Invocation): Promise<unknown> {
  const location = text('location').replaceAll(' ', '').toLowerCase();
  const answer = await (await connection.containers()).managedClusters.listKubernetesVersions(location);
  const values = (answer.values ?? []).map((version) => ({
    capabilities: { supportPlan: version.capabilities?.supportPlan ?? [] },
    isDefault: version.isDefault ?? null,
    isPreview: version.isPreview ?? null,
    patchVersions: version.patchVersions ?? {},
    version: version.version ?? null,
  }));
  return { values };
}

/** az lists each patch with its upgrades, newest first. */
function versionRows(result: unknown): object[] {
  const { values } = result as {
    values: { patchVersions: Record<string, { upgrades?: string[] }>; capabilities: { supportPlan: string[] } }[];
  };
  const rows = values.flatMap(({ patchVersions, capabilities }) =>
    Object.entries(patchVersions).map(([version, { upgrades }]) => ({
      KubernetesVersion: version,
      Upgrades: upgrades?.length ? upgrades.join(', ') : 'None available',
      SupportPlan: capabilities.supportPlan.join(', '),
    })),
  );
  return rows.reverse();
}

const nodepoolTable = {
  Name: 'name',
  OsType: 'osType',
  KubernetesVersion: 'orchestratorVersion',
  VmSize: 'vmSize',
  Count: 'count',
  MaxPods: 'maxPods',
  ProvisioningState: 'provisioningState',
  Mode: 'mode',
};

export const aksCommands: readonly AzCommand[] = [
  createCommand,
  ...addonCommands,
  waitCommand,
  {
    path: 'aks show',
    summary: 'Show the details for a managed Kubernetes cluster.',
    arguments: target,
    examples: [
      {
        what: 'Show the details for a managed Kubernetes cluster.',
        line: 'az aks show --name MyManagedCluster --resource-group MyResourceGroup',
      },
      {
        what: 'Ask whether the Open Service Mesh add-on is on.',
        line: "az aks show -g MyResourceGroup -n MyManagedCluster --query 'addonProfiles.openServiceMesh.enabled'",
      },
    ],
    isShow: true,
    table: clusterTable,
    run: async ({ connection, text }) =>
      clusterOutput(await (await connection.containers()).managedClusters.get(text('resourceGroup'), text('name'))),
  },
  {
    path: 'aks list',
    summary: 'List managed Kubernetes clusters.',
    arguments: [optionalGroup],
    examples: [{ what: 'List clusters as a table.', line: 'az aks list -o table' }],
    table: clusterTable,
    run: list,
  },
  {
    path: 'aks get-credentials',
    summary: 'Get access credentials for a managed Kubernetes cluster.',
    arguments: [
      ...target,
      { names: ['--admin', '-a'], key: 'admin', kind: 'switch', help: 'Get cluster administrator credentials.' },
      {
        names: ['--context'],
        key: 'context',
        kind: 'value',
        help: 'If specified, overwrite the default context name.',
      },
      {
        names: ['--file', '-f'],
        key: 'file',
        kind: 'value',
        help: 'Kubernetes configuration file to update. Use "-" to print YAML to stdout instead. Default: $KUBECONFIG.',
      },
      {
        names: ['--overwrite-existing'],
        key: 'overwriteExisting',
        kind: 'switch',
        help: 'Overwrite any existing cluster entry with the same name.',
      },
    ],
    examples: [
      {
        what: 'Get access credentials for a managed Kubernetes cluster.',
        line: 'az aks get-credentials --name MyManagedCluster --resource-group MyResourceGroup',
      },
    ],
    run: getCredentials,
  },
  {
    path: 'aks delete',
    summary: 'Delete a managed Kubernetes cluster.',
    arguments: [...target, noWaitArgument, yesArgument],
    examples: [
      {
        what: 'Delete a managed Kubernetes cluster.',
        line: 'az aks delete --name MyManagedCluster --resource-group MyResourceGroup',
      },
    ],
    run: remove,
  },
  {
    path: 'aks get-versions',
    summary: 'Get the versions available for creating a managed Kubernetes cluster.',
    arguments: [{ names: ['--location', '-l'], key: 'location', kind: 'value', required: true, help: 'Location.' }],
    examples: [
      { what: 'Get the versions available in Southeast Asia.', line: 'az aks get-versions -l southeastasia -o table' },
    ],
    tableRows: versionRows,
    run: getVersions,
  },
  {
    path: 'aks nodepool list',
    summary: 'List node pools in the managed Kubernetes cluster.',
    arguments: [
      { ...clusterNameArgument, names: ['--cluster-name'], help: 'The cluster name.' },
      resourceGroupArgument,
    ],
    examples: [
      {
        what: 'List the node pools of a cluster.',
        line: 'az aks nodepool list -g MyResourceGroup --cluster-name MyManagedCluster -o table',
      },
    ],
    table: nodepoolTable,
    async run({ connection, text }) {
      const pools: unknown[] = [];
      const { agentPools } = await connection.containers();
      for await (const pool of agentPools.list(text('resourceGroup'), text('name')))
        pools.push(asAzPrints({ ...pool, resourceGroup: resourceGroupOf(pool.id) }));
      return pools;
    },
  },
];
