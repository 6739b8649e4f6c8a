import type { Fault } from '../../../src/fault.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import type { Patience } from '../../../src/world/aks/retry-policy.ts';
import { type AzureAccess, askAzure, openAzureClients } from '../../../src/world/azure-client.ts';
import { type AzureFixture, seedCluster, token } from '../../sandbox/azure/azure-fixture.ts';

/** How the program reaches the fixture's Resource Manager. */
export const accessTo = (azure: AzureFixture): AzureAccess => ({
  type: 'token',
  subscriptionId: azure.started.file.state.subscription.id,
  endpoint: azure.started.endpoint,
  caPem: azure.authority.certPem,
  token,
});

export const patient = (clock: Clock): Patience => ({ clock, random: seededRandom(1) });

const region = 'southeastasia';
const tags = { 'made-by': 'meshwalk' };
const poll = { updateIntervalInMs: 5 };

/** What the commands of lesson 1 ask of Azure, through the SDKs; whatever goes wrong there is a Fault. */
export async function lessonOne(azure: AzureFixture, patience?: Patience) {
  const { clusters, resources } = await openAzureClients(accessTo(azure), patience);
  return {
    createGroup: () =>
      askAzure(() => resources.resourceGroups.createOrUpdate('meshwalk-rg', { location: region, tags })),
    submitCluster: async (name = 'meshwalk-aks') => {
      const poller = clusters.managedClusters.createOrUpdate('meshwalk-rg', name, { ...seedCluster, tags }, poll);
      // Nobody waits for its end: the program that began it may be killed meanwhile.
      poller.then(
        () => {},
        () => {},
      );
      await askAzure(() => poller.submitted());
    },
    createCluster: () =>
      askAzure(async () => {
        await clusters.managedClusters.createOrUpdate('meshwalk-rg', 'meshwalk-aks', { ...seedCluster, tags }, poll);
      }),
  };
}

/** The Fault that this ends with. */
export async function faultOfPromise(work: Promise<unknown>): Promise<Fault> {
  const { Fault } = await import('../../../src/fault.ts');
  const ended: unknown = await work.then(
    () => new Error('nothing went wrong'),
    (error: unknown) => error,
  );
  if (ended instanceof Fault) return ended;
  throw ended;
}
