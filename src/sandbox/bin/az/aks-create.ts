import type { ManagedCluster } from '@azure/arm-containerservice';
import { requestAddons } from './aks-addons.ts';
import { clusterOutput, clusterTable } from './cluster-output.ts';
import {
  type Argument,
  type AzCommand,
  clusterNameArgument,
  type Invocation,
  noWaitArgument,
  resourceGroupArgument,
  tagsArgument,
  tagsOf,
} from './command.ts';
import { pollEveryMs } from './connection.ts';
import { AzError } from './errors.ts';
import { sshPublicKey } from './ssh-key.ts';

/** `az aks create`. */
const value = (names: string[], key: string, help: string, more: Partial<Argument> = {}): Argument => ({
  names,
  key,
  kind: 'value',
  help,
  ...more,
});
const on = (names: string[], key: string, help: string): Argument => ({ names, key, kind: 'switch', help });

/** azure-cli: validate_linux_host_name, which spares its user a minute of waiting for the same answer from Azure. */
function requireName(name: string): void {
  if (/^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$/i.test(name)) return;
  throw new AzError(
    '--name cannot exceed 63 characters and can only contain letters, numbers, underscores (_) or dashes (-).',
  );
}

/** azure-cli: _get_default_dns_prefix; letters, digits and hyphens of each part, and a letter first. */
function defaultDnsPrefix(name: string, group: string, subscription: string): string {
  const cleaned = (text: string, length: number) => text.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, length);
  const namePart = cleaned(name, 10);
  const letterFirst = /^[a-z]/i.test(namePart) ? namePart : `a${namePart}`.slice(0, 10);
  return `${letterFirst}-${cleaned(group, 16)}-${subscription.slice(0, 6)}`;
}

async function locationOf({ connection, text }: Invocation): Promise<string> {
  const given = text('location');
  if (given) return given.replaceAll(' ', '').toLowerCase();
  return (await (await connection.resources()).resourceGroups.get(text('resourceGroup'))).location;
}

function bodyOf(invocation: Invocation, location: string, sshKey: string | undefined): ManagedCluster {
  const { connection, text, values } = invocation;
  const tags = tagsOf(values);
  const [version, vmSize, nodeGroup] = [text('kubernetesVersion'), text('nodeVmSize'), text('nodeResourceGroup')];
  return {
    location,
    ...(tags ? { tags } : {}),
    identity: { type: 'SystemAssigned' },
    sku: { name: 'Base', tier: text('tier', 'Free') },
    dnsPrefix:
      text('dnsNamePrefix') || defaultDnsPrefix(text('name'), text('resourceGroup'), connection.config.subscription.id),
    ...(version ? { kubernetesVersion: version } : {}),
    ...(nodeGroup ? { nodeResourceGroup: nodeGroup } : {}),
    agentPoolProfiles: [
      {
        name: text('nodepoolName', 'nodepool1'),
        count: Number(text('nodeCount', '3')),
        mode: 'System',
        osType: 'Linux',
        type: 'VirtualMachineScaleSets',
        ...(vmSize ? { vmSize } : {}),
      },
    ],
    addonProfiles: requestAddons(text('enableAddons')),
    ...(sshKey
      ? {
          linuxProfile: {
            adminUsername: text('adminUsername', 'azureuser'),
            ssh: { publicKeys: [{ keyData: sshKey }] },
          },
        }
      : {}),
  };
}

export const createCommand: AzCommand = {
  path: 'aks create',
  summary: 'Create a new managed Kubernetes cluster.',
  arguments: [
    clusterNameArgument,
    resourceGroupArgument,
    value(['--enable-addons', '-a'], 'enableAddons', 'Enable the Kubernetes addons in a comma-separated list.'),
    value(['--node-count', '-c'], 'nodeCount', 'Number of nodes in the Kubernetes node pool. Default: 3.', {
      integer: true,
    }),
    value(['--node-vm-size', '-s'], 'nodeVmSize', 'Size of Virtual Machines to create as Kubernetes nodes.'),
    value(['--nodepool-name'], 'nodepoolName', 'Node pool name, up to 12 alphanumeric characters. Default: nodepool1.'),
    value(
      ['--node-resource-group'],
      'nodeResourceGroup',
      'The node resource group is the resource group where all the resources of the cluster will be created in.',
    ),
    value(['--location', '-l'], 'location', "Location. Default: the resource group's."),
    value(
      ['--kubernetes-version', '-k'],
      'kubernetesVersion',
      'Version of Kubernetes to use for creating the cluster, such as "1.36".',
    ),
    value(['--tier'], 'tier', 'The tier of the managed cluster.', { choices: ['free', 'standard', 'premium'] }),
    value(['--dns-name-prefix', '-p'], 'dnsNamePrefix', 'Prefix for hostnames that are created.'),
    value(
      ['--admin-username', '-u'],
      'adminUsername',
      'User account to create on node VMs for SSH access. Default: azureuser.',
    ),
    value(['--ssh-key-value'], 'sshKeyValue', 'Public key path or key contents to install on node VMs for SSH access.'),
    on(['--generate-ssh-keys'], 'generateSshKeys', 'Generate SSH public and private key files if missing.'),
    on(['--no-ssh-key', '-x'], 'noSshKey', 'Do not use or create a local SSH key.'),
    on(
      ['--enable-managed-identity'],
      'managedIdentity',
      'Using a system assigned managed identity to manage cluster resource group (the default).',
    ),
    noWaitArgument,
    tagsArgument,
    { names: ['--yes', '-y'], key: 'yes', kind: 'switch', help: 'Do not prompt for confirmation.' },
  ],
  examples: [
    {
      what: 'Create a Kubernetes cluster with the Open Service Mesh add-on.',
      line: 'az aks create -g MyResourceGroup -n MyManagedCluster --enable-addons open-service-mesh --generate-ssh-keys',
    },
    {
      what: 'Create a Kubernetes cluster with two larger nodes.',
      line: 'az aks create -g MyResourceGroup -n MyManagedCluster --node-count 2 --node-vm-size Standard_D4ds_v5 --generate-ssh-keys',
    },
  ],
  table: clusterTable,
  async run(invocation) {
    const { connection, io, text, isOn } = invocation;
    // Everything that can be refused without a request is refused first, as az does.
    requireName(text('name'));
    const sshKey = sshPublicKey(invocation);
    requestAddons(text('enableAddons'));
    const body = bodyOf(invocation, await locationOf(invocation), sshKey);
    if (body.sku?.tier) body.sku.tier = `${body.sku.tier.slice(0, 1).toUpperCase()}${body.sku.tier.slice(1)}`;
    const { managedClusters } = await connection.containers();
    const poller = managedClusters.createOrUpdate(text('resourceGroup'), text('name'), body, {
      updateIntervalInMs: pollEveryMs,
    });
    if (isOn('noWait')) {
      await poller.submitted();
      return undefined;
    }
    return clusterOutput(await io.running(poller.pollUntilDone()));
  },
};
