import type { ManagedClusterView } from '../../world/world.ts';
import { couldNotAsk, counted, joined, notYet, passed, unknown, wrong } from '../answers.ts';
import type { CheckKind, CheckResult } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  resourceGroup: string;
  /** Without a name the group alone is looked at. */
  name: string | undefined;
  addons: Readonly<Record<string, boolean>>;
  absent: boolean;
}

const fields = {
  resourceGroup: { description: 'the resource group it is in', required: true },
  name: { description: 'the managed cluster; only the resource group is looked at if left out' },
  addons: { description: 'add-ons that must be on or off: { openServiceMesh: true }' },
  absent: { description: 'true: the resource group, and with it the cluster, must be gone' },
};

export const azureCluster: CheckKind<Spec> = {
  kind: 'azure-cluster',
  temper: 'level',
  summary: 'A managed cluster exists in Azure, is provisioned and runs, with an add-on; or is gone.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    return {
      resourceGroup: spec.text('resourceGroup'),
      name: spec.optionalText('name'),
      addons: spec.flags('addons'),
      absent: spec.flag('absent', false),
    };
  },
  describe(spec) {
    if (spec.absent) return `Resource group ${spec.resourceGroup} is gone`;
    if (spec.name === undefined) return `Resource group ${spec.resourceGroup} exists`;
    const addons = Object.entries(spec.addons).map(([name, on]) => `${name} ${on ? 'on' : 'off'}`);
    const withAddons = addons.length === 0 ? '' : ` with ${joined(addons)}`;
    return `Cluster ${spec.name} runs in resource group ${spec.resourceGroup}${withAddons}`;
  },
  subject: (spec) => `${spec.resourceGroup}/${spec.name ?? ''}`,
  async verify(spec, probe) {
    try {
      const azure = await probe.azure();
      if (!azure) return unknown('This world has no Azure to look at.');
      const groupExists = await azure.resourceGroupExists(spec.resourceGroup);
      if (spec.absent) return judgeAbsent(spec, groupExists, groupExists ? await azure.managedClusters() : []);
      if (!groupExists) return noGroup(spec);
      if (spec.name === undefined) return passed(`resource group ${spec.resourceGroup}`);
      return judge(spec, spec.name, await azure.managedCluster(spec.resourceGroup, spec.name));
    } catch (error) {
      return couldNotAsk(error, 'Azure', 'az account show');
    }
  },
};

function noGroup(spec: Spec): CheckResult {
  const group = `resource group ${spec.resourceGroup}`;
  return wrong({
    expected: spec.name === undefined ? `a ${group}` : `cluster ${spec.name} in ${group}`,
    saw: `there is no ${group}`,
    on: group,
    tryThis: 'az group list -o table',
  });
}

function judge(spec: Spec, name: string, cluster: ManagedClusterView | undefined): CheckResult {
  const label = `cluster ${name} in resource group ${spec.resourceGroup}`;
  const show = `az aks show -g ${spec.resourceGroup} -n ${name}`;
  if (!cluster) {
    const saw = `the resource group has no cluster ${name}`;
    return wrong({ expected: label, saw, on: `cluster ${name}`, tryThis: 'az aks list -o table' });
  }
  const state = cluster.provisioningState;
  const finding = { expected: `${label} in state Succeeded`, saw: `state ${state}`, tryThis: `${show} -o table` };
  if (state === 'Failed' || state === 'Canceled') return wrong({ ...finding, on: `${label}, provisioningState` });
  if (state !== 'Succeeded') return notYet(finding);
  if (cluster.powerState !== undefined && cluster.powerState !== 'Running') {
    const saw = `power state ${cluster.powerState}`;
    const tryThis = `az aks start -g ${spec.resourceGroup} -n ${name}`;
    return wrong({ expected: `${label} running`, saw, on: `${label}, powerState`, tryThis });
  }
  for (const [addon, wanted] of Object.entries(spec.addons)) {
    if ((cluster.addons[addon] ?? false) === wanted) continue;
    return wrong({
      expected: `the add-on ${addon} ${wanted ? 'enabled' : 'disabled'}`,
      saw:
        cluster.addons[addon] === undefined
          ? 'the cluster does not have it'
          : `it is ${wanted ? 'disabled' : 'enabled'}`,
      on: `${label}, addonProfiles.${addon}.enabled`,
      tryThis: `${show} --query addonProfiles`,
    });
  }
  const addons = Object.entries(spec.addons).map(([addon, on]) => `, ${addon} ${on ? 'enabled' : 'disabled'}`);
  return passed(
    `${name}: Kubernetes ${cluster.kubernetesVersion}, ${counted(cluster.nodeCount, 'node')}${addons.join('')}`,
  );
}

function judgeAbsent(spec: Spec, groupExists: boolean, clusters: readonly ManagedClusterView[]): CheckResult {
  if (!groupExists) return passed(`resource group ${spec.resourceGroup} is gone`);
  const expected = `no resource group ${spec.resourceGroup}`;
  const tryThis = 'az group list -o table';
  const inside = clusters.filter((cluster) => cluster.resourceGroup.toLowerCase() === spec.resourceGroup.toLowerCase());
  if (inside.some((cluster) => cluster.provisioningState === 'Deleting')) {
    return notYet({ expected, saw: 'its cluster is being deleted', tryThis });
  }
  const saw = inside[0] ? `it still has the cluster ${inside[0].name}` : 'it is still there';
  return wrong({ expected, saw, on: `resource group ${spec.resourceGroup}`, tryThis });
}
