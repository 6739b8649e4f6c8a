import { ArmError } from './arm-error.ts';
import type { ArmRequest, ArmResponse, ArmRoute } from './arm-request.ts';
import { findLocation, type MachineSize, machineSizes } from './catalog.ts';
import type { AzureConditions } from './conditions.ts';
import { familyQuota, regionalQuota, type VcpuQuota } from './quota.ts';
import type { StateFile } from './state-file.ts';

/** Microsoft.Compute as far as it is asked before a cluster is made: sizes, what of them is to be had, and the quota. */
function knownLocation(wanted: string): string {
  const found = findLocation(wanted);
  if (found) return found.name;
  throw new ArmError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for location '${wanted}'.`,
  );
}

const locationOf = (request: ArmRequest): string => knownLocation(request.parameters['location'] ?? '');

const listed = (value: readonly object[]): ArmResponse => ({ status: 200, body: { value } });

function sizeView({ name, vcpus, memoryGiB }: MachineSize): object {
  return {
    name,
    numberOfCores: vcpus,
    memoryInMB: memoryGiB * 1024,
    maxDataDiskCount: vcpus * 2,
    osDiskSizeInMB: 1_047_552,
    resourceDiskSizeInMB: 0,
  };
}

function skuView({ name, vcpus, memoryGiB, family }: MachineSize, location: string, isOffered: boolean): object {
  const restriction = {
    type: 'Location',
    values: [location],
    restrictionInfo: { locations: [location] },
    reasonCode: 'NotAvailableForSubscription',
  };
  return {
    resourceType: 'virtualMachines',
    name,
    tier: 'Standard',
    size: name.replace(/^Standard_/, ''),
    family,
    locations: [location],
    locationInfo: [{ location, zones: ['1', '2', '3'], zoneDetails: [] }],
    capabilities: [
      { name: 'vCPUs', value: String(vcpus) },
      { name: 'MemoryGB', value: String(memoryGiB) },
      { name: 'CpuArchitectureType', value: 'x64' },
    ],
    restrictions: isOffered ? [] : [restriction],
  };
}

/** `location eq 'southeastasia'`: the one filter that the service has. */
function filteredLocation({ query }: ArmRequest): string | undefined {
  const filter = query.get('$filter');
  if (filter === null) return undefined;
  const wanted = /^\s*location\s+eq\s+'([^']*)'\s*$/i.exec(filter)?.[1];
  if (wanted === undefined)
    throw new ArmError(400, 'BadRequest', `The filter '${filter}' is not supported; filter by location.`);
  return knownLocation(wanted);
}

const usage = (value: string, localizedValue: string, { used, limit }: VcpuQuota): object => ({
  unit: 'Count',
  currentValue: used,
  limit,
  name: { value, localizedValue },
});

export function computeRoutes(file: StateFile, conditions: () => AzureConditions): ArmRoute[] {
  const provider = '/subscriptions/{subscription}/providers/microsoft.compute';
  const inLocation = `${provider}/locations/{location}`;
  return [
    {
      method: 'GET',
      template: `${provider}/skus`,
      handle(request) {
        const location = filteredLocation(request) ?? 'southeastasia';
        const isOffered = conditions().sizes === 'offered';
        return listed(machineSizes.map((size) => skuView(size, location, isOffered)));
      },
    },
    {
      method: 'GET',
      template: `${inLocation}/vmsizes`,
      handle(request) {
        locationOf(request);
        return listed(machineSizes.map(sizeView));
      },
    },
    {
      method: 'GET',
      template: `${inLocation}/usages`,
      handle(request) {
        const location = locationOf(request);
        const families = [...new Set(machineSizes.map(({ family }) => family))];
        return listed([
          usage('cores', 'Total Regional vCPUs', regionalQuota(file.state, conditions(), location)),
          ...families.map((family) =>
            usage(family, `${family} vCPUs`, familyQuota(file.state, conditions(), { location, family })),
          ),
        ]);
      },
    },
  ];
}
