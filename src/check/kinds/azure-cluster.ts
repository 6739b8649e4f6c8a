import type { ManagedClusterView } from '../../world/world.ts';
import { couldNotAsk, notYet, passed, unknown, wrong } from '../answers.ts';
import type { CheckKind, CheckResult } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  resourceGroup: string;
  name: string;
  addon: string | undefined;
  absent: boolean;
}

const fields = {
  resourceGroup: { description: 'the resource group it is in', required: true },
  name: { description: 'the name of the managed cluster', required: true },
  addon: { description: 'an add-on that must be enabled: openServiceMesh' },
  absent: { description: 'true: the resource group and its cluster must be gone' },
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
      name: spec.text('name'),
      addon: spec.optionalText('addon'),
      absent: spec.flag('absent', false),
    };
  },
  describe(spec) {
    if (spec.absent) return `Resource group ${spec.resourceGroup} and cluster ${spec.name} are gone`;
    const addon = spec.addon === undefined ? '' : ` with the add-on ${spec.addon}`;
    return `Cluster ${spec.name} runs in resource group ${spec.resourceGroup}${addon}`;
  },
  async verify(spec, probe) {
    try {
      const azure = await probe.azure();
      if (!azure) return unknown('This world has no Azure to look at.');
      const groupExists = await azure.resourceGroupExists(spec.resourceGroup);
      const cluster = groupExists ? await azure.managedCluster(spec.resourceGroup, spec.name) : undefined;
      return spec.absent ? judgeAbsent(spec, groupExists, cluster) : judge(spec, groupExists, cluster);
    } catch (error) {
      return couldNotAsk(error, 'Azure', 'az account show');
    }
  },
};

function judge(spec: Spec, groupExists: boolean, cluster: ManagedClusterView | undefined): CheckResult {
  const label = `cluster ${spec.name} in resource group ${spec.resourceGroup}`;
  const tryThis = `az aks show -g ${spec.resourceGroup} -n ${spec.name} -o table`;
  if (!groupExists) {
    const saw = `there is no resource group ${spec.resourceGroup}`;
    return wrong({
      expected: label,
      saw,
      on: `resource group ${spec.resourceGroup}`,
      tryThis: 'az group list -o table',
    });
  }
  if (!cluster) {
    const saw = `the resource group has no cluster ${spec.name}`;
    return wrong({ expected: label, saw, on: `cluster ${spec.name}`, tryThis: 'az aks list -o table' });
  }
  const state = cluster.provisioningState;
  const stateFinding = { expected: `${label} in state Succeeded`, saw: `state ${state}`, tryThis };
  if (state === 'Failed' || state === 'Canceled') return wrong({ ...stateFinding, on: `${label}, provisioningState` });
  if (state !== 'Succeeded') return notYet(stateFinding);
  if (cluster.powerState !== undefined && cluster.powerState !== 'Running') {
    const finding = {
      expected: `${label} running`,
      saw: `power state ${cluster.powerState}`,
      on: `${label}, powerState`,
    };
    return wrong({ ...finding, tryThis: `az aks start -g ${spec.resourceGroup} -n ${spec.name}` });
  }
  if (spec.addon !== undefined && cluster.addons[spec.addon] !== true) {
    return wrong({
      expected: `the add-on ${spec.addon} enabled`,
      saw: spec.addon in cluster.addons ? 'it is disabled' : 'the cluster does not have it',
      on: `${label}, addonProfiles.${spec.addon}.enabled`,
      tryThis: `az aks show -g ${spec.resourceGroup} -n ${spec.name} --query addonProfiles`,
    });
  }
  const addon = spec.addon === undefined ? '' : `, ${spec.addon} enabled`;
  return passed(`${spec.name}: Kubernetes ${cluster.kubernetesVersion}, ${cluster.nodeCount} nodes, ${state}${addon}`);
}

function judgeAbsent(spec: Spec, groupExists: boolean, cluster: ManagedClusterView | undefined): CheckResult {
  if (!groupExists) return passed(`resource group ${spec.resourceGroup} is gone`);
  const expected = `no resource group ${spec.resourceGroup}`;
  const tryThis = 'az group list -o table';
  if (cluster?.provisioningState === 'Deleting')
    return notYet({ expected, saw: 'the cluster is being deleted', tryThis });
  const saw = cluster ? `it still has the cluster ${spec.name}` : 'it is still there';
  return wrong({ expected, saw, on: `resource group ${spec.resourceGroup}`, tryThis });
}
