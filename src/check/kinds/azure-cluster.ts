import type { Findings } from '../../words/en/findings.ts';
import type { ManagedClusterView } from '../../world/world.ts';
import { couldNotAsk, notYet, passed, unknown, wrong } from '../answers.ts';
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
  describe(spec, { conditions: { azureCluster: words } }) {
    if (spec.absent) return words.groupGone(spec.resourceGroup);
    if (spec.name === undefined) return words.groupExists(spec.resourceGroup);
    const addons = Object.entries(spec.addons).map(([name, on]) => (on ? words.addonOn(name) : words.addonOff(name)));
    if (addons.length === 0) return words.runs(spec.name, spec.resourceGroup);
    return words.runsWith(spec.name, spec.resourceGroup, addons);
  },
  subject: (spec) => `${spec.resourceGroup}/${spec.name ?? ''}`,
  async verify(spec, probe) {
    const words = probe.words.conditions.azureCluster;
    try {
      const azure = await probe.azure();
      if (!azure) return unknown(words.noAzure);
      const groupExists = await azure.resourceGroupExists(spec.resourceGroup);
      if (spec.absent) {
        return judgeAbsent(spec, groupExists, groupExists ? await azure.managedClusters() : [], words);
      }
      if (!groupExists) return noGroup(spec, words);
      if (spec.name === undefined) return passed(words.group(spec.resourceGroup));
      return judge(spec, spec.name, await azure.managedCluster(spec.resourceGroup, spec.name), words);
    } catch (error) {
      return couldNotAsk(error, 'Azure', 'az account show', probe.words);
    }
  },
};

type AzureWords = Findings['conditions']['azureCluster'];

function noGroup(spec: Spec, words: AzureWords): CheckResult {
  return wrong({
    expected:
      spec.name === undefined ? words.aGroup(spec.resourceGroup) : words.clusterIn(spec.name, spec.resourceGroup),
    saw: words.thereIsNoGroup(spec.resourceGroup),
    on: words.group(spec.resourceGroup),
    tryThis: 'az group list -o table',
  });
}

function judge(spec: Spec, name: string, cluster: ManagedClusterView | undefined, words: AzureWords): CheckResult {
  const label = words.clusterIn(name, spec.resourceGroup);
  const show = `az aks show -g ${spec.resourceGroup} -n ${name}`;
  if (!cluster) {
    const saw = words.notInGroup(name);
    return wrong({ expected: label, saw, on: words.cluster(name), tryThis: 'az aks list -o table' });
  }
  const state = cluster.provisioningState;
  const finding = { expected: words.inState(label), saw: words.state(state), tryThis: `${show} -o table` };
  if (state === 'Failed' || state === 'Canceled') return wrong({ ...finding, on: `${label}, provisioningState` });
  if (state !== 'Succeeded') return notYet(finding);
  if (cluster.powerState !== undefined && cluster.powerState !== 'Running') {
    const saw = words.powerState(cluster.powerState);
    const tryThis = `az aks start -g ${spec.resourceGroup} -n ${name}`;
    return wrong({ expected: words.isRunning(label), saw, on: `${label}, powerState`, tryThis });
  }
  for (const [addon, wanted] of Object.entries(spec.addons)) {
    if ((cluster.addons[addon] ?? false) === wanted) continue;
    return wrong({
      expected: wanted ? words.addonEnabled(addon) : words.addonDisabled(addon),
      saw: cluster.addons[addon] === undefined ? words.noAddon : wanted ? words.isDisabled : words.isEnabled,
      on: `${label}, addonProfiles.${addon}.enabled`,
      tryThis: `${show} --query addonProfiles`,
    });
  }
  const addons = Object.entries(spec.addons).map(([addon, on]) =>
    on ? words.withAddonOn(addon) : words.withAddonOff(addon),
  );
  return passed(words.facts(name, cluster.kubernetesVersion, cluster.nodeCount) + addons.join(''));
}

function judgeAbsent(
  spec: Spec,
  groupExists: boolean,
  clusters: readonly ManagedClusterView[],
  words: AzureWords,
): CheckResult {
  if (!groupExists) return passed(words.isGone(spec.resourceGroup));
  const expected = words.noGroup(spec.resourceGroup);
  const tryThis = 'az group list -o table';
  const inside = clusters.filter((cluster) => cluster.resourceGroup.toLowerCase() === spec.resourceGroup.toLowerCase());
  if (inside.some((cluster) => cluster.provisioningState === 'Deleting')) {
    return notYet({ expected, saw: words.isBeingDeleted, tryThis });
  }
  const saw = inside[0] ? words.stillHas(inside[0].name) : words.stillThere;
  return wrong({ expected, saw, on: words.group(spec.resourceGroup), tryThis });
}
