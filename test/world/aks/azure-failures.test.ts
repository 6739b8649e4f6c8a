import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault, inWords } from '../../../src/fault.ts';
import { findings as german } from '../../../src/words/de/findings.ts';
import { explainAzOutput, explainAzureFailure } from '../../../src/world/aks/failures.ts';
import { connectAzure } from '../../../src/world/azure-client.ts';
import { AzureFixture } from '../../sandbox/azure/azure-fixture.ts';
import { accessTo, faultOfPromise, lessonOne } from './arm-world.ts';

/** Each of Azure's refusals, played by the sandbox's Resource Manager and met by the real SDKs over HTTPS. */
let azure: AzureFixture;

beforeEach(() => {
  azure = new AzureFixture();
});
afterEach(() => azure.close());

interface Met {
  scenario: string;
  /** What is asked of Azure when it refuses. */
  asked: 'group' | 'cluster' | 'clusters';
  code: string;
  learnerReads: string;
  inGerman: string;
  /** A part of Azure's own sentence. */
  because?: string;
  types: string;
}

const met: Met[] = [
  {
    scenario: 'quota',
    asked: 'cluster',
    code: 'azure.quota',
    learnerReads: "The subscription's quota of virtual CPUs does not hold this cluster.",
    inGerman: 'Die Quota der Subscription an virtuellen CPUs reicht für diesen Cluster nicht.',
    because: 'Insufficient vcpu quota requested 6, remaining 4 for family standardDDSv5Family',
    types: 'meshwalk --world aks --nodes 2',
  },
  {
    scenario: 'regional-quota',
    asked: 'cluster',
    code: 'azure.quota',
    learnerReads: "The subscription's quota of virtual CPUs does not hold this cluster.",
    inGerman: 'Die Quota der Subscription an virtuellen CPUs reicht für diesen Cluster nicht.',
    because: 'Current Limit: 4, Current Usage: 0, Additional Required: 6, (Minimum) New Limit Required: 6.',
    types: 'meshwalk --world aks --region westeurope',
  },
  {
    scenario: 'quota-late',
    asked: 'cluster',
    code: 'azure.quota',
    learnerReads: "The subscription's quota of virtual CPUs does not hold this cluster.",
    inGerman: 'Die Quota der Subscription an virtuellen CPUs reicht für diesen Cluster nicht.',
    because: 'exceeding approved Total Regional Cores quota',
    types: 'meshwalk doctor --world aks',
  },
  {
    scenario: 'cluster-quota',
    asked: 'cluster',
    code: 'azure.cluster-quota',
    learnerReads: 'The subscription has as many AKS clusters as it may have.',
    inGerman: 'Die Subscription hat so viele AKS-Cluster, wie sie haben darf.',
    because: 'Maximum allowed: 0, Current usage: 0, Additional requested: 1.',
    types: 'meshwalk cleanup --world aks',
  },
  {
    scenario: 'size',
    asked: 'cluster',
    code: 'azure.size',
    learnerReads: 'Azure does not offer machines of this size to your subscription in this region.',
    inGerman: 'Maschinen dieser Größe bietet Azure deiner Subscription in dieser Region nicht an.',
    because: "The VM size of Standard_D2ds_v5 is not allowed in your subscription in location 'southeastasia'.",
    types: 'meshwalk --world aks --node-size Standard_D4s_v5',
  },
  {
    scenario: 'size-not-available',
    asked: 'cluster',
    code: 'azure.size',
    learnerReads: 'Azure does not offer machines of this size to your subscription in this region.',
    inGerman: 'Maschinen dieser Größe bietet Azure deiner Subscription in dieser Region nicht an.',
    because: "is currently not available in location 'southeastasia'",
    types: 'meshwalk doctor --world aks',
  },
  {
    scenario: 'policy',
    asked: 'group',
    code: 'azure.policy',
    learnerReads: "Your organisation's policy forbids it: Allowed locations.",
    inGerman: 'Die Policy deiner Organisation verbietet es: Allowed locations.',
    because: "Resource 'meshwalk-rg' was disallowed by policy.",
    types: 'az policy assignment list --disable-scope-strict-match --output table',
  },
  {
    scenario: 'forbidden',
    asked: 'group',
    code: 'azure.forbidden',
    learnerReads: 'Your login may not do that in this subscription.',
    inGerman: 'Deine Anmeldung darf das in dieser Subscription nicht.',
    because: "to perform action 'Microsoft.Resources/subscriptions/resourcegroups/write' over scope '/subscriptions/",
    types: 'az role assignment list --all --assignee you@example.com --output table',
  },
  {
    scenario: 'login-expired',
    asked: 'clusters',
    code: 'azure.login',
    learnerReads: 'Azure does not know who you are: the login of Azure CLI is missing or has run out.',
    inGerman: 'Azure weiß nicht, wer du bist: die Anmeldung der Azure CLI fehlt oder ist abgelaufen.',
    because: 'The access token expiry UTC time',
    types: 'az login',
  },
  {
    scenario: 'login-invalid',
    asked: 'clusters',
    code: 'azure.login',
    learnerReads: 'Azure does not know who you are: the login of Azure CLI is missing or has run out.',
    inGerman: 'Azure weiß nicht, wer du bist: die Anmeldung der Azure CLI fehlt oder ist abgelaufen.',
    types: 'az login',
  },
  {
    scenario: 'subscription-missing',
    asked: 'clusters',
    code: 'azure.subscription',
    learnerReads: 'Azure does not know this subscription, or your login may not see it.',
    inGerman: 'Azure kennt diese Subscription nicht, oder deine Anmeldung darf sie nicht sehen.',
    because: 'could not be found.',
    types: 'az account list --output table',
  },
  {
    scenario: 'subscription-disabled',
    asked: 'group',
    code: 'azure.subscription-disabled',
    learnerReads: 'The subscription is disabled: it can be read, and nothing can be made in it.',
    inGerman: 'Die Subscription ist gesperrt: man kann sie lesen, aber nichts darin anlegen.',
    because: 'is disabled and therefore marked as read only.',
    types: 'meshwalk --world aks --subscription ID',
  },
  {
    scenario: 'provider',
    asked: 'cluster',
    code: 'azure.provider',
    learnerReads: 'The subscription has never used Microsoft.ContainerService, and it has to be registered once.',
    inGerman: 'Die Subscription hat Microsoft.ContainerService noch nie benutzt; das muss man einmal registrieren.',
    types: 'az provider register --namespace Microsoft.ContainerService --wait',
  },
  {
    scenario: 'name-taken:3',
    asked: 'group',
    code: 'azure.taken',
    learnerReads: 'The name is taken by something else in Azure, which cannot be changed into this.',
    inGerman: 'Der Name gehört in Azure schon etwas anderem, und daraus lässt sich das hier nicht machen.',
    because: 'The Resource group already exists in location',
    types: 'meshwalk --world aks --group my-meshwalk --cluster my-meshwalk-aks',
  },
  {
    scenario: 'busy',
    asked: 'cluster',
    code: 'azure.busy',
    learnerReads: 'Azure is still at work on this group or cluster, and takes no second order.',
    inGerman: 'Azure arbeitet noch an dieser Gruppe oder diesem Cluster und nimmt keinen zweiten Auftrag an.',
    because: 'Another operation (Upgrading) is in progress',
    types: 'az aks list --output table',
  },
  {
    scenario: 'add-on-retired',
    asked: 'cluster',
    code: 'azure.add-on',
    learnerReads: 'AKS does not enable the Open Service Mesh add-on any more.',
    inGerman: 'AKS schaltet das Add-on Open Service Mesh nicht mehr ein.',
    because: 'is retired and can no longer be enabled',
    types: 'meshwalk --world cluster',
  },
  {
    scenario: 'throttled',
    asked: 'clusters',
    code: 'azure.throttled',
    learnerReads: 'Azure asks for patience: too many requests came from this subscription.',
    inGerman: 'Azure bittet um Geduld: aus dieser Subscription kamen zu viele Anfragen.',
    because: 'It wants to be left alone for',
    types: 'Wait, then run the command again; what Azure has begun goes on.',
  },
  {
    scenario: 'unwell',
    asked: 'clusters',
    code: 'azure.server',
    learnerReads: 'Azure has a problem of its own: it answered with HTTP',
    inGerman: 'Azure hat selbst ein Problem: es antwortet mit HTTP',
    types: 'Try again in a minute.',
  },
  {
    scenario: 'cut',
    asked: 'clusters',
    code: 'azure.unreachable',
    learnerReads: 'Azure cannot be reached from here.',
    inGerman: 'Azure ist von hier aus nicht zu erreichen.',
    because: 'The connection ended with ECONNRESET.',
    types: 'meshwalk doctor --world aks',
  },
];

describe("Azure's refusals", () => {
  it.each(met)('$scenario reads: $learnerReads', async ({ scenario, asked, code, ...told }) => {
    await azure.start();
    const { createGroup, createCluster } = await lessonOne(azure);
    if (asked === 'cluster') await createGroup();
    azure.play(scenario);
    const ask = {
      group: createGroup,
      cluster: createCluster,
      clusters: async () => (await client()).managedClusters(),
    };
    const fault = await faultOfPromise(ask[asked]());
    expect(fault.code).toBe(code);
    expect(fault.what).toContain(told.learnerReads);
    expect(fault.why ?? '').toContain(told.because ?? '');
    expect(fault.next.join('\n')).toContain(told.types);
    expect(inWords(fault, german.faultTexts).what).toContain(told.inGerman);
  });

  const client = () => connectAzure(accessTo(azure));

  it('say who refuses, with the ids that support asks for', async () => {
    await azure.start({ scenario: 'login-expired' });
    const { status, headers } = await azure.ask('/subscriptions?api-version=2022-12-01');
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer authorization_uri="https:.*error="invalid_token"/);
    expect(headers['x-ms-failure-cause']).toBe('gateway');
    expect(headers['x-ms-correlation-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are kept with a cluster that failed, and told from there by whoever looks later', async () => {
    await azure.start();
    const { createGroup, createCluster } = await lessonOne(azure);
    await createGroup();
    azure.play('quota-late');
    await faultOfPromise(createCluster());
    const creation = await (await client()).creationOf('meshwalk-rg', 'meshwalk-aks');
    expect(creation).toMatchObject({ provisioningState: 'Failed', pools: [{ name: 'nodepool1', count: 3 }] });
    expect(creation?.failure).toBeInstanceOf(Fault);
    expect(creation?.failure?.code).toBe('azure.quota');
  });

  it('end when the scenario ends', async () => {
    await azure.start({ scenario: 'subscription-missing' });
    await faultOfPromise((await client()).managedClusters());
    azure.play(undefined);
    expect(await (await client()).managedClusters()).toEqual([]);
  });

  it.each([
    [
      'a registered provider',
      'provider',
      async () => azure.clients().resources.providers.register('Microsoft.ContainerService'),
    ],
    ['another region', 'policy', async () => undefined],
  ])('are mended by %s', async (_, scenario, mend) => {
    await azure.start({ scenario });
    await mend();
    const { resources, containers } = azure.clients();
    const location = 'westeurope';
    await resources.resourceGroups.createOrUpdate('rg', { location });
    const pools = [{ name: 'nodepool1', count: 2, mode: 'System', osType: 'Linux' }];
    const made = await containers.managedClusters.createOrUpdate('rg', 'aks', { location, agentPoolProfiles: pools });
    expect(made.provisioningState).toBe('Succeeded');
  });
});

describe('what a failed az printed', () => {
  it.each([
    [
      'three lines of a service',
      'ERROR: (ErrCode_InsufficientVCPUQuota) Insufficient vcpu quota requested 6, remaining 4 for family standardDSv3Family for region southeastasia.\nCode: ErrCode_InsufficientVCPUQuota\nMessage: Insufficient vcpu quota requested 6, remaining 4 for family standardDSv3Family for region southeastasia.\n',
      'azure.quota',
    ],
    [
      'red text',
      '\x1b[91m(AuthorizationFailed) The client may not.\x1b[0m\nCode: AuthorizationFailed\nMessage: The client may not.',
      'azure.forbidden',
    ],
    [
      'a size that AKS does not allow',
      "(BadRequest) The VM size of Standard_B2s is not allowed in your subscription in location 'westus2'. For more details, please visit https://aka.ms/aks/quotas-skus-regions\nCode: BadRequest\nMessage: The VM size of Standard_B2s is not allowed in your subscription in location 'westus2'. For more details, please visit https://aka.ms/aks/quotas-skus-regions",
      'azure.size',
    ],
    ['a code that nobody knows', '(Teapot) I am one.\nCode: Teapot\nMessage: I am one.', 'azure.refused'],
    ['no login', "ERROR: Please run 'az login' to setup account.", 'azure.login'],
  ])('is explained: %s', (_, output, code) => {
    expect(explainAzOutput(output)?.code).toBe(code);
  });

  it('is left alone when no code of Azure is in it', () => {
    expect(explainAzOutput('ERROR: unrecognized arguments: --nodes 3')).toBeUndefined();
    expect(explainAzOutput('{"name": "meshwalk-rg"}')).toBeUndefined();
  });

  it('moves no cursor: control characters of a service stay out of the sentence', () => {
    const fault = explainAzOutput('Code: QuotaExceeded\nMessage: no\x1b]0;title\x07 more\x9b2J\n');
    expect(fault?.why).toBe('Azure says: no ]0;title more 2J');
  });
});

describe('errors that are not of Azure', () => {
  it('are left to who made them', () => {
    expect(explainAzureFailure(new TypeError('x is undefined'))).toBeUndefined();
    expect(explainAzureFailure(undefined)).toBeUndefined();
    expect(explainAzureFailure('QuotaExceeded')).toBeUndefined();
  });

  it('of the login ask for az login', () => {
    const error = Object.assign(new Error('Azure CLI could not be found.'), { name: 'CredentialUnavailableError' });
    expect(explainAzureFailure(error)).toMatchObject({
      code: 'azure.login',
      next: ['az login', 'Is it there at all? az version'],
    });
  });

  it('about the add-on are known by what they are about, whatever their code will be', () => {
    const body = { code: 'InvalidParameter', message: 'No.', target: 'properties.addonProfiles.openServiceMesh' };
    expect(explainAzureFailure(body)?.code).toBe('azure.add-on');
  });

  it('in details are found behind a code that says nothing', () => {
    const body = {
      code: 'DeploymentFailed',
      message: 'At least one failed.',
      details: [{ code: 'QuotaExceeded', message: 'No more cores.' }],
    };
    expect(explainAzureFailure(body)?.code).toBe('azure.quota');
  });
});
