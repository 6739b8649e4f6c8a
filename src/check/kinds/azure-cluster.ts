import { inWords } from '../../fault.ts';
import type { Findings } from '../../words/en/findings.ts';
import type { ClusterCreation, ManagedClusterView, ResourceGroupView } from '../../world/world.ts';
import { couldNotAsk, notYet, passed, remembered, unknown, wrong } from '../answers.ts';
import type { CheckKind, CheckResult, Probe } from '../check.ts';
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
      const group = await azure.resourceGroup(spec.resourceGroup);
      if (spec.absent) return judgeAbsent(spec, group, group ? await azure.managedClusters() : [], words);
      if (!group) return noGroup(spec, words);
      if (spec.name === undefined) return passed(words.group(spec.resourceGroup));
      const cluster = await azure.managedCluster(spec.resourceGroup, spec.name);
      if (!cluster || cluster.provisioningState === 'Succeeded') return judge(spec, spec.name, cluster, words);
      // Asked only while there is something to follow: it is two more requests.
      return underWay(cluster, await azure.creationOf(spec.resourceGroup, spec.name), probe);
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
    missing: words.group(spec.resourceGroup),
    tryThis: 'az group list -o table',
  });
}

function judge(spec: Spec, name: string, cluster: ManagedClusterView | undefined, words: AzureWords): CheckResult {
  const label = words.clusterIn(name, spec.resourceGroup);
  const show = `az aks show -g ${spec.resourceGroup} -n ${name}`;
  if (!cluster) {
    const saw = words.notInGroup(name);
    return wrong({ expected: label, saw, on: words.cluster(name), tryThis: 'az aks list -o table', missing: label });
  }
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

/** Azure works on it, or stopped doing so: how long, how far, and why it failed. */
function underWay(cluster: ManagedClusterView, creation: ClusterCreation | undefined, probe: Probe): CheckResult {
  const words = probe.words.conditions.azureCluster;
  const label = words.clusterIn(cluster.name, cluster.resourceGroup);
  const state = creation?.provisioningState ?? cluster.provisioningState;
  const expected = words.inState(label);
  const tryThis = `az aks show -g ${cluster.resourceGroup} -n ${cluster.name} -o table`;
  if (state === 'Failed' || state === 'Canceled') {
    const failure = creation?.failure && inWords(creation.failure, probe.words.faultTexts);
    const saw = failure ? words.failed(state, failure.message) : words.state(state);
    return wrong({ expected, saw, on: `${label}, provisioningState`, tryThis });
  }
  const firstSeen = remembered(probe, `${state} since`, FirstSeen, () => new FirstSeen(probe.clock.now()));
  // Azure tells when a cluster was begun, not when its last change was.
  const since = (state === 'Creating' ? creation?.startedAt : undefined) ?? firstSeen.at;
  const minutes = Math.floor(Math.max(0, probe.clock.now() - since) / minuteMs);
  const pools = creation?.pools ?? [];
  const told = pools.map(({ name, count, provisioningState }) => words.pool(name, count, provisioningState));
  return notYet({ expected, saw: words.state(words.atWork(state, minutes, told)), tryThis });
}

const minuteMs = 60_000;

class FirstSeen {
  readonly at: number;

  constructor(at: number) {
    this.at = at;
  }
}

function judgeAbsent(
  spec: Spec,
  group: ResourceGroupView | undefined,
  clusters: readonly ManagedClusterView[],
  words: AzureWords,
): CheckResult {
  if (!group) return passed(words.isGone(spec.resourceGroup));
  const expected = words.noGroup(spec.resourceGroup);
  const tryThis = 'az group list -o table';
  const inside = clusters.filter((cluster) => cluster.resourceGroup.toLowerCase() === spec.resourceGroup.toLowerCase());
  if (group.provisioningState === 'Deleting' || inside.some((one) => one.provisioningState === 'Deleting')) {
    return notYet({ expected, saw: words.isBeingDeleted, tryThis });
  }
  const saw = inside[0] ? words.stillHas(inside[0].name) : words.stillThere;
  return wrong({ expected, saw, on: words.group(spec.resourceGroup), tryThis });
}
