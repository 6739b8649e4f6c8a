import { ArmError } from './arm-error.ts';
import type { ArmRequest, ArmRoute } from './arm-request.ts';
import { locations, resourceProviders } from './catalog.ts';
import type { AzureConditions } from './conditions.ts';
import type { StateFile } from './state-file.ts';

/** The subscription itself: its name, regions and registered providers. */
function providerView(file: StateFile, namespace: string, state?: 'Registering' | 'Unregistering'): object {
  const registered = !file.state.unregisteredProviders.includes(namespace);
  return {
    id: `/subscriptions/${file.state.subscription.id}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState: state ?? (registered ? 'Registered' : 'NotRegistered'),
    resourceTypes: resourceTypesOf(namespace),
  };
}

/** AKS names its regions as people read them. */
function resourceTypesOf(namespace: string): object[] {
  if (namespace !== 'Microsoft.ContainerService') return [];
  const regions = locations.map(({ displayName }) => displayName);
  return [
    {
      resourceType: 'managedClusters',
      locations: regions,
      apiVersions: ['2026-06-01', '2025-10-01'],
      capabilities: 'CrossResourceGroupResourceMove, SupportsTags, SupportsLocation',
    },
  ];
}

function requireProvider(request: ArmRequest): string {
  const wanted = request.parameters['namespace'] ?? '';
  const found = resourceProviders.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (!found) throw new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${wanted}' is invalid.`);
  return found;
}

function subscriptionView(file: StateFile, { subscription: is }: AzureConditions): object {
  const { subscription } = file.state;
  return {
    id: `/subscriptions/${subscription.id}`,
    subscriptionId: subscription.id,
    tenantId: subscription.tenantId,
    displayName: subscription.name,
    state: is === 'disabled' ? 'Disabled' : 'Enabled',
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'Sandbox_2026-01-01',
      spendingLimit: 'On',
    },
  };
}

export function subscriptionRoutes(file: StateFile, conditions: () => AzureConditions): ArmRoute[] {
  const one = '/subscriptions/{subscription}';
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
      handle: () => ({ status: 200, body: { value: [subscriptionView(file, conditions())] } }),
    },
    { method: 'GET', template: one, handle: () => ({ status: 200, body: subscriptionView(file, conditions()) }) },
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
  ];
}
