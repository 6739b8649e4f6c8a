import { expect, it } from 'vitest';
import { followingRunner } from '../../src/cli/following-runner.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import type { RunEnd } from '../../src/platform/run-end.ts';
import type { CommandRunner } from '../../src/session/ports.ts';
import { findings } from '../../src/words/en/findings.ts';
import type { AzureClient, ClusterCreation, ManagedClusterView } from '../../src/world/world.ts';

const minuteMs = 60_000;
const create = 'az aks create --resource-group meshwalk-rg --name meshwalk-aks';

const cluster = (name: string, resourceGroup: string, provisioningState: string): ManagedClusterView => ({
  name,
  resourceGroup,
  location: 'southeastasia',
  provisioningState,
  kubernetesVersion: '1.36.1',
  powerState: undefined,
  nodeCount: 3,
  nodeSize: undefined,
  tags: {},
  nodeResourceGroup: undefined,
  createdAt: undefined,
  addons: {},
});

/** A command that runs until it is ended, an Azure in which clusters are at work, and what is told meanwhile. */
function start(script: string, clusters: () => readonly ManagedClusterView[], creation?: ClusterCreation) {
  const clock = new SteppedClock();
  const told: string[] = [];
  let asked = 0;
  let end = (_: RunEnd) => {};
  const ended = new Promise<RunEnd>((resolve) => {
    end = resolve;
  });
  const run: CommandRunner['run'] = () => ({ ended, interrupt() {}, kill() {} });
  const shell: CommandRunner = { run, runBeside: run, runInteractive: () => ended };
  const azure = {
    managedClusters: async () => {
      asked += 1;
      return [...clusters()];
    },
    creationOf: async () => creation,
  } satisfies Partial<AzureClient>;
  followingRunner(shell, {
    clock,
    azure: async () => azure as Partial<AzureClient> as AzureClient,
    words: findings.conditions.azureCluster,
    tell: (sentence) => told.push(sentence),
  }).run({ script, timeoutMs: minuteMs, firstFailure: false }, () => {});
  return { clock, told, asked: () => asked, end: () => end({ type: 'exited', code: 0 }) };
}

const atWork = () => [cluster('meshwalk-aks', 'meshwalk-rg', 'Creating'), cluster('shop', 'shop-rg', 'Updating')];

it('how far Azure is with the cluster that a running az names is told, once for each change', async () => {
  const pools = [{ name: 'nodepool1', provisioningState: 'Creating', count: 3 }];
  const creation = { provisioningState: 'Creating', startedAt: 0, pools, failure: undefined };
  const { clock, told } = start(create, atWork, creation);
  const said = (minutes: string) => `Azure: meshwalk-aks Creating for ${minutes} min; nodepool1: 3 nodes Creating.`;
  const begun = clock.now();
  creation.startedAt = begun;
  await clock.step(50_000);
  expect(told).toEqual([said('under 1')]);
  await clock.step(90_000);
  expect(told).toEqual([said('under 1'), said('1'), said('2')]);
});

it('nothing more is asked once the command has ended', async () => {
  const { clock, asked, end } = start(create, atWork);
  await clock.step(10_000);
  end();
  await clock.step(0);
  const before = asked();
  expect(before).toBeGreaterThan(0);
  await clock.step(10 * minuteMs);
  expect(asked()).toBe(before);
});

it('an Azure that does not answer is asked more and more seldom, and nothing is said', async () => {
  const { clock, asked, told } = start(create, () => {
    throw new Error('cut');
  });
  await clock.step(5 * minuteMs);
  expect(told).toEqual([]);
  expect(asked()).toBeLessThan(10);
});

it('a deletion is counted from when its command began, not from when the cluster was made', async () => {
  const creation = { provisioningState: 'Deleting', startedAt: -600 * minuteMs, pools: [], failure: undefined };
  const { clock, told } = start('az aks delete -g meshwalk-rg -n meshwalk-aks --yes', atWork, creation);
  await clock.step(10_000);
  expect(told).toEqual(['Azure: meshwalk-aks Deleting for under 1 min.']);
});

it.each(['kubectl get pods -n meshwalk-aks', 'az group create --name meshwalk-rg'])(
  '%s asks nothing',
  async (script) => {
    const { clock, asked } = start(script, atWork);
    await clock.step(minuteMs);
    expect(asked()).toBe(0);
  },
);
