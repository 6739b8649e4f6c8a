import { ArmError } from './arm-error.ts';
import type { ArmRequest, ArmRoute } from './arm-request.ts';
import { findLocation, locations, machineSizes, resourceProviders } from './catalog.ts';
import { vcpusUsed } from './cluster-request.ts';
import type { StateFile } from './state-file.ts';

/** The subscription itself: its name, regions, registered providers, machine sizes and quota. */
function providerView(file: StateFile, namespace: string, state?: 'Registering' | 'Unregistering'): object {
  const registered = !file.state.unregisteredProviders.includes(namespace);
  return {
    id: `/subscriptions/${file.state.subscription.id}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState: state ?? (registered ? 'Registered' : 'NotRegistered'),
    resourceTypes: [],
  };
}

function requireProvider(request: ArmRequest): string {
  const wanted = request.parameters['namespace'] ?? '';
  const found = resourceProviders.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (!found) throw new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${wanted}' is invalid.`);
  return found;
}

function requireLocation(request: ArmRequest): string {
  const wanted = request.parameters['location'] ?? '';
  const found = findLocation(wanted);
  if (!found)
    throw new ArmError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '${wanted}'.`,
    );
  return found.name;
}

function subscriptionView(file: StateFile): object {
  const { subscription } = file.state;
  return {
    id: `/subscriptions/${subscription.id}`,
    subscriptionId: subscription.id,
    tenantId: subscription.tenantId,
    displayName: subscription.name,
    state: 'Enabled',
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'Sandbox_2026-01-01',
      spendingLimit: 'On',
    },
  };
}

export function subscriptionRoutes(file: StateFile): ArmRoute[] {
  const one = '/subscriptions/{subscription}';
  const compute = `${one}/providers/microsoft.compute/locations/{location}`;
  const setRegistered = (namespace: string, registered: boolean) => {
    const { unregisteredProviders } = file.state;
    if (registered !== unregisteredProviders.includes(namespace))
      return { status: 200, body: providerView(file, namespace) };
    const others = unregisteredProviders.filter((name) => name !== namespace);
    file.state.unregisteredProviders = registered ? others : [...others, namespace];
    file.save();
    // Azure goes on in the background for minutes; here it is done by the time anyone looks.
    return { status: 200, body: providerView(file, namespace, registered ? 'Registering' : 'Unregistering') };
  };
  return [
    {
      method: 'GET',
      template: '/subscriptions',
      handle: () => ({ status: 200, body: { value: [subscriptionView(file)] } }),
    },
    { method: 'GET', template: one, handle: () => ({ status: 200, body: subscriptionView(file) }) },
    {
      method: 'GET',
      template: `${one}/locations`,
      handle: () => ({
        status: 200,
        body: {
          value: locations.map(({ name, displayName, regionalDisplayName, geography, latitude, longitude }) => ({
            id: `/subscriptions/${file.state.subscription.id}/locations/${name}`,
            name,
            type: 'Region',
            displayName,
            regionalDisplayName,
            metadata: {
              regionType: 'Physical',
              regionCategory: 'Recommended',
              geographyGroup: geography,
              latitude,
              longitude,
            },
          })),
        },
      }),
    },
    {
      method: 'GET',
      template: `${one}/providers`,
      handle: () => ({ status: 200, body: { value: resourceProviders.map((name) => providerView(file, name)) } }),
    },
    {
      method: 'GET',
      template: `${one}/providers/{namespace}`,
      handle: (request) => ({ status: 200, body: providerView(file, requireProvider(request)) }),
    },
    {
      method: 'POST',
      template: `${one}/providers/{namespace}/register`,
      handle: (request) => setRegistered(requireProvider(request), true),
    },
    {
      method: 'POST',
      template: `${one}/providers/{namespace}/unregister`,
      handle: (request) => setRegistered(requireProvider(request), false),
    },
    {
      method: 'GET',
      template: `${compute}/vmsizes`,
      handle: (request) => {
        requireLocation(request);
        const value = machineSizes.map(({ name, vcpus, memoryGiB }) => ({
          name,
          numberOfCores: vcpus,
          memoryInMB: memoryGiB * 1024,
          maxDataDiskCount: vcpus * 2,
          osDiskSizeInMB: 1_047_552,
          resourceDiskSizeInMB: 0,
        }));
        return { status: 200, body: { value } };
      },
    },
    {
      method: 'GET',
      template: `${compute}/usages`,
      handle: (request) => {
        const location = requireLocation(request);
        const name = { value: 'cores', localizedValue: 'Total Regional vCPUs' };
        const currentValue = vcpusUsed(file.state, location);
        return { status: 200, body: { value: [{ unit: 'Count', currentValue, limit: file.state.vcpuLimit, name }] } };
      },
    },
  ];
}
