import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { AzureFixture, seedCluster } from './azure-fixture.ts';

const group = 'kodekloud-osmdemo-rg';
const name = 'kk-aks-osmdemo';
let azure: AzureFixture;

beforeEach(async () => {
  azure = new AzureFixture();
  await azure.start();
});
afterEach(() => azure.close());

const poll = { updateIntervalInMs: 5 };
const createGroup = () =>
  azure.clients().resources.resourceGroups.createOrUpdate(group, { location: 'Southeast Asia' });
const create = (body: object = {}) =>
  azure.clients().containers.managedClusters.createOrUpdate(group, name, { ...seedCluster, ...body }, poll);

describe('resource groups through the SDK', () => {
  it('are created, found, listed and deleted with what is in them', async () => {
    const { resources, containers } = azure.clients();
    const made = await createGroup();
    expect(made).toMatchObject({
      name: group,
      location: 'southeastasia',
      properties: { provisioningState: 'Succeeded' },
    });
    expect(await resources.resourceGroups.checkExistence(group)).toEqual({ body: true });
    expect(await resources.resourceGroups.checkExistence('other')).toEqual({ body: false });
    await create();
    const names: (string | undefined)[] = [];
    for await (const one of resources.resourceGroups.list()) names.push(one.name);
    expect(names).toEqual([group, `MC_${group}_${name}_southeastasia`]);
    await resources.resourceGroups.delete(group, poll);
    expect(await resources.resourceGroups.checkExistence(group)).toEqual({ body: false });
    expect(azure.host.calls.at(-1)).toBe(`delete ${group}/${name}`);
    await expect(containers.managedClusters.get(group, name)).rejects.toMatchObject({ code: 'ResourceGroupNotFound' });
    expect(azure.started.file.state.groups).toEqual({});
  });

  it('refuse a region that is not there, a second region, and a name with wrong characters', async () => {
    const groups = azure.clients().resources.resourceGroups;
    await expect(groups.createOrUpdate(group, { location: 'mars' })).rejects.toMatchObject({
      code: 'LocationNotAvailableForResourceGroup',
    });
    await createGroup();
    await expect(groups.createOrUpdate(group, { location: 'eastus' })).rejects.toMatchObject({
      statusCode: 409,
      code: 'InvalidResourceGroupLocation',
      message: `Invalid resource group location 'eastus'. The Resource group already exists in location 'southeastasia'.`,
    });
    await expect(groups.createOrUpdate('a group', { location: 'eastus' })).rejects.toMatchObject({
      code: 'InvalidResourceGroupName',
    });
    await expect(groups.get('nope')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceGroupNotFound',
      message: "Resource group 'nope' could not be found.",
    });
  });

  it('answer ResourceGroupBeingDeleted while they go', async () => {
    await azure.manager?.close();
    const clock = new SteppedClock();
    await azure.start({ clock, pace: 'real' });
    await createGroup();
    const { resources } = azure.clients();
    const deletion = resources.resourceGroups.delete(group, poll);
    await deletion.submitted();
    await expect(createGroup()).rejects.toMatchObject({ statusCode: 409, code: 'ResourceGroupBeingDeleted' });
    await clock.step(6_000);
    await deletion;
    expect(await resources.resourceGroups.checkExistence(group)).toEqual({ body: false });
  });
});

describe('managed clusters through the SDK', () => {
  it('are created as AKS shows them, with OSM, and hand out a kubeconfig', async () => {
    await createGroup();
    const cluster = await create();
    const subscription = azure.started.file.state.subscription.id;
    expect(cluster).toMatchObject({
      name,
      type: 'Microsoft.ContainerService/ManagedClusters',
      id: `/subscriptions/${subscription}/resourcegroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`,
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
      enableRbac: true,
      dnsPrefix: `kk-aks-osm-kodekloud-osmdem-${subscription.slice(0, 6)}`,
      nodeResourceGroup: `MC_${group}_${name}_southeastasia`,
      identity: { type: 'SystemAssigned' },
      sku: { name: 'Base', tier: 'Free' },
      networkProfile: { serviceCidr: '10.0.0.0/16', dnsServiceIP: '10.0.0.10', podCidr: '10.244.0.0/16' },
    });
    expect(cluster.addonProfiles?.['openServiceMesh']).toMatchObject({ enabled: true });
    expect(cluster.agentPoolProfiles?.[0]).toMatchObject({
      name: 'nodepool1',
      count: 3,
      mode: 'System',
      osType: 'Linux',
    });
    expect(cluster.fqdn).toMatch(
      /^kk-aks-osm-kodekloud-osmdem-[0-9a-f]{6}-[0-9a-f]{8}\.hcp\.southeastasia\.azmk8s\.io$/,
    );
    expect(azure.host.calls).toEqual([`start ${group}/${name} ${cluster.kubernetesVersion} nodes=3 osm=true`]);

    const { containers } = azure.clients();
    const credentials = await containers.managedClusters.listClusterUserCredentials(group, name);
    const value = credentials.kubeconfigs?.[0]?.value;
    const config = parse(Buffer.from(value ?? []).toString());
    expect(config).toMatchObject({
      'current-context': name,
      clusters: [{ name, cluster: { server: 'https://127.0.0.1:6443' } }],
      users: [{ name: `clusterUser_${group}_${name}`, user: { token: `token-${name}` } }],
    });
    const listed: (string | undefined)[] = [];
    for await (const one of containers.managedClusters.list()) listed.push(one.name);
    for await (const one of containers.managedClusters.listByResourceGroup(group)) listed.push(one.name);
    expect(listed).toEqual([name, name]);
  });

  it('get the add-on later and lose it again', async () => {
    await createGroup();
    const first = await create({ addonProfiles: {} });
    expect(first.addonProfiles?.['openServiceMesh']).toBeUndefined();
    const on = await create({ addonProfiles: { openServiceMesh: { enabled: true } } });
    expect(on.addonProfiles?.['openServiceMesh']?.enabled).toBe(true);
    const off = await create({ addonProfiles: { openServiceMesh: { enabled: false } } });
    expect(off.addonProfiles?.['openServiceMesh']?.enabled).toBe(false);
    expect(azure.host.calls.slice(1)).toEqual([`enable ${group}/${name}`, `disable ${group}/${name}`]);
  });

  it.each([
    [
      'a group that is not there',
      'nowhere',
      {},
      'ResourceGroupNotFound',
      "Resource group 'nowhere' could not be found.",
    ],
    ['an old version', group, { kubernetesVersion: '1.20.1' }, 'K8sVersionNotSupported', 'is on version 1.20.1'],
    [
      'a machine that is not offered',
      group,
      { agentPoolProfiles: [{ name: 'np', count: 1, vmSize: 'Standard_Z9' }] },
      'BadRequest',
      "The VM size of Standard_Z9 is not allowed in your subscription in location 'southeastasia'.",
    ],
    [
      'more machines than the quota',
      group,
      { agentPoolProfiles: [{ name: 'np', count: 11, vmSize: 'Standard_D2s_v3' }] },
      'ErrCode_InsufficientVCPUQuota',
      'Insufficient vcpu quota requested 22, remaining 20 for family standardDSv3Family for region southeastasia.',
    ],
    ['another add-on', group, { addonProfiles: { omsagent: { enabled: true } } }, 'BadRequest', "'omsagent'"],
  ])('refuse %s', async (_, inGroup, change, code, words) => {
    await createGroup();
    const request = azure
      .clients()
      .containers.managedClusters.createOrUpdate(inGroup, name, { ...seedCluster, ...change }, poll);
    await expect(request).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(azure.host.calls).toEqual([]);
  });

  it('refuse a second operation while one runs, and say so', async () => {
    await createGroup();
    let release = () => {};
    azure.host.hold = new Promise((resolve) => {
      release = resolve;
    });
    const creation = create();
    await creation.submitted();
    await expect(create()).rejects.toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
    await expect(
      azure.clients().containers.managedClusters.listClusterUserCredentials(group, name),
    ).rejects.toMatchObject({ code: 'OperationNotAllowed' });
    release();
    expect((await creation).provisioningState).toBe('Succeeded');
  });

  it('end as Failed when the cluster cannot be brought up, and can then be created again', async () => {
    await createGroup();
    azure.host.failWith = new Error('no room');
    await expect(create()).rejects.toThrow(/The long-running operation has failed.*no room/);
    expect((await azure.clients().containers.managedClusters.get(group, name)).provisioningState).toBe('Failed');
    azure.host.failWith = undefined;
    expect((await create()).provisioningState).toBe('Succeeded');
  });

  it('say what is missing and delete what is there', async () => {
    await createGroup();
    const { managedClusters } = azure.clients().containers;
    await expect(managedClusters.get(group, name)).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
      message: `The Resource 'Microsoft.ContainerService/managedClusters/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    });
    await managedClusters.delete(group, name, poll);
    await create();
    await managedClusters.delete(group, name, poll);
    await expect(managedClusters.get(group, name)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    expect(azure.host.running.size).toBe(0);
  });

  it('take the time of their pace, visible as progress', async () => {
    await azure.manager?.close();
    const clock = new SteppedClock();
    await azure.start({ clock, pace: 'real' });
    await createGroup();
    const creation = create();
    await creation.submitted();
    await clock.step(29_000);
    const [operation] = Object.values(azure.started.file.state.operations);
    expect(operation).toMatchObject({ status: 'InProgress', percentComplete: 67 });
    await clock.step(1_000);
    expect((await creation).provisioningState).toBe('Succeeded');
  });
});

describe('what Resource Manager remembers', () => {
  it('is there after a restart: clusters come back up and a half-done creation goes on', async () => {
    await createGroup();
    await create();
    await azure.manager?.close();
    azure.host.running.clear();
    azure.host.calls.length = 0;
    await azure.start();
    expect(azure.host.calls).toEqual([expect.stringContaining(`start ${group}/${name}`)]);
    expect((await azure.clients().containers.managedClusters.get(group, name)).provisioningState).toBe('Succeeded');

    const clock = new SteppedClock();
    await azure.manager?.close();
    await azure.start({ clock, pace: 'real' });
    const { managedClusters } = azure.clients().containers;
    const second = managedClusters.createOrUpdate(group, 'second', seedCluster, poll);
    await second.submitted();
    second.catch(() => {});
    await azure.manager?.close();
    const saved = JSON.parse(readFileSync(azure.statePath, 'utf8'));
    expect(saved.clusters[`${group}/second`].provisioningState).toBe('Creating');
    await azure.start({ clock, pace: 'real' });
    await clock.step(30_000);
    const after = await azure.clients().containers.managedClusters.get(group, 'second');
    expect(after.provisioningState).toBe('Succeeded');
  });

  it('is set aside with a message when it is damaged, and never overwritten', async () => {
    await azure.manager?.close();
    writeFileSync(azure.statePath, '{"version":1,"groups":');
    await azure.start();
    expect(azure.logs.join('\n')).toMatch(/could not be read and was set aside as .*corrupt-\d+/);
    const kept = readdirSync(azure.folder).find((file) => file.includes('.corrupt-'));
    expect(readFileSync(`${azure.folder}/${kept}`, 'utf8')).toBe('{"version":1,"groups":');
  });

  it('comes back from its second copy: groups and clusters are there', async () => {
    await azure.clients().resources.resourceGroups.createOrUpdate('kept', { location: 'southeastasia' });
    await azure.manager?.close();
    writeFileSync(azure.statePath, '{');
    await azure.start();
    expect(azure.logs.join('\n')).toContain('its second copy is used, and nothing is lost');
    const group = await azure.clients().resources.resourceGroups.get('kept');
    expect(group.location).toBe('southeastasia');
  });
});

describe('the door of Resource Manager', () => {
  it('wants the token', async () => {
    await expect(azure.clients('wrong').resources.resourceGroups.get(group)).rejects.toMatchObject({
      statusCode: 401,
      code: 'InvalidAuthenticationToken',
    });
  });

  it('wants an api-version, knows one subscription, and says which resource types it has', async () => {
    const { sendArm } = await import('./send-arm.ts');
    const { id } = azure.started.file.state.subscription;
    const ask = (path: string, method = 'GET') => sendArm(azure, path, method);
    expect(await ask(`/subscriptions/${id}`)).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
    expect(await ask('/subscriptions/0-0?api-version=2022-12-01')).toEqual({
      error: { code: 'SubscriptionNotFound', message: "The subscription '0-0' could not be found." },
    });
    expect(
      await ask(`/subscriptions/${id}/resourceGroups/x/providers/Microsoft.Web/sites?api-version=2022-12-01`),
    ).toMatchObject({ error: { code: 'InvalidResourceType' } });
    expect(await ask(`/subscriptions/${id}/resourceGroups/x?api-version=2022-12-01`, 'POST')).toMatchObject({
      error: { code: 'HttpMethodNotAllowed' },
    });
  });

  it('asks for a registered provider', async () => {
    await createGroup();
    const { providers } = azure.clients().resources;
    await providers.unregister('Microsoft.ContainerService');
    await expect(create()).rejects.toMatchObject({ statusCode: 409, code: 'MissingSubscriptionRegistration' });
    await providers.register('Microsoft.ContainerService');
    expect((await create()).provisioningState).toBe('Succeeded');
  });

  it('lists versions with one default that can be created', async () => {
    const list = await azure.clients().containers.managedClusters.listKubernetesVersions('southeastasia');
    const defaults = list.values?.filter((version) => version.isDefault) ?? [];
    expect(defaults).toHaveLength(1);
    await createGroup();
    const cluster = await create({ kubernetesVersion: defaults[0]?.version });
    expect(Object.keys(defaults[0]?.patchVersions ?? {})).toContain(cluster.kubernetesVersion);
  });
});
