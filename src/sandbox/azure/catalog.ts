// Table: what Azure offers in the sandbox: regions, Kubernetes versions, machine sizes, resource providers.
/** Facts of November 2026 (AKS release notes, azure-cli's list-locations); nothing here changes while running. */
export interface Location {
  name: string;
  displayName: string;
  regionalDisplayName: string;
  geography: string;
  latitude: string;
  longitude: string;
}

const location = (
  name: string,
  displayName: string,
  geography: string,
  latitude: string,
  longitude: string,
): Location => ({
  name,
  displayName,
  regionalDisplayName: `(${geography}) ${displayName}`,
  geography,
  latitude,
  longitude,
});

export const locations: readonly Location[] = [
  location('eastus', 'East US', 'US', '37.3719', '-79.8164'),
  location('eastus2', 'East US 2', 'US', '36.6681', '-78.3889'),
  location('westus2', 'West US 2', 'US', '47.233', '-119.852'),
  location('westus3', 'West US 3', 'US', '33.448376', '-112.074036'),
  location('centralus', 'Central US', 'US', '41.5908', '-93.6208'),
  location('northeurope', 'North Europe', 'Europe', '53.3478', '-6.2597'),
  location('westeurope', 'West Europe', 'Europe', '52.3667', '4.9'),
  location('uksouth', 'UK South', 'Europe', '50.941', '-0.799'),
  location('francecentral', 'France Central', 'Europe', '46.3772', '2.373'),
  location('germanywestcentral', 'Germany West Central', 'Europe', '50.110924', '8.682127'),
  location('swedencentral', 'Sweden Central', 'Europe', '60.67488', '17.14127'),
  location('southeastasia', 'Southeast Asia', 'Asia Pacific', '1.283', '103.833'),
  location('eastasia', 'East Asia', 'Asia Pacific', '22.267', '114.188'),
  location('japaneast', 'Japan East', 'Asia Pacific', '35.68', '139.77'),
  location('australiaeast', 'Australia East', 'Asia Pacific', '-33.86', '151.2094'),
  location('centralindia', 'Central India', 'Asia Pacific', '18.5822', '73.9197'),
  location('canadacentral', 'Canada Central', 'Canada', '43.653', '-79.383'),
  location('brazilsouth', 'Brazil South', 'South America', '-23.55', '-46.633'),
];

/** `Southeast Asia` and `southeastasia` name the same region. */
export function findLocation(text: string): Location | undefined {
  const name = text.replaceAll(/\s/g, '').toLowerCase();
  return locations.find((candidate) => candidate.name === name);
}

export interface KubernetesVersion {
  minor: string;
  patches: readonly string[];
  isDefault: boolean;
  longTermSupportOnly: boolean;
}

/** Every one of these is answered by the same API server; the version is what nodes and /version report. */
export const kubernetesVersions: readonly KubernetesVersion[] = [
  { minor: '1.33', patches: ['1.33.6', '1.33.7'], isDefault: false, longTermSupportOnly: true },
  { minor: '1.34', patches: ['1.34.3', '1.34.4'], isDefault: false, longTermSupportOnly: false },
  { minor: '1.35', patches: ['1.35.1', '1.35.2'], isDefault: false, longTermSupportOnly: false },
  { minor: '1.36', patches: ['1.36.0', '1.36.1'], isDefault: true, longTermSupportOnly: false },
];

/** `1.36` means its newest patch; undefined when it is not offered on standard support. */
export function resolveKubernetesVersion(wanted: string | undefined): string | undefined {
  const offered = kubernetesVersions.filter((version) => !version.longTermSupportOnly);
  if (wanted === undefined || wanted === '') return offered.find((version) => version.isDefault)?.patches.at(-1);
  const minor = offered.find((version) => version.minor === wanted || version.patches.includes(wanted));
  return minor?.minor === wanted ? minor.patches.at(-1) : minor && wanted;
}

export interface MachineSize {
  name: string;
  vcpus: number;
  memoryGiB: number;
  family: string;
}

const size = (name: string, vcpus: number, memoryGiB: number, family: string): MachineSize => ({
  name,
  vcpus,
  memoryGiB,
  family,
});

export const machineSizes: readonly MachineSize[] = [
  size('Standard_D2ds_v5', 2, 8, 'standardDDSv5Family'),
  size('Standard_D4ds_v5', 4, 16, 'standardDDSv5Family'),
  size('Standard_D8ds_v5', 8, 32, 'standardDDSv5Family'),
  size('Standard_D2s_v3', 2, 8, 'standardDSv3Family'),
  size('Standard_D4s_v3', 4, 16, 'standardDSv3Family'),
  size('Standard_D2s_v5', 2, 8, 'standardDSv5Family'),
  size('Standard_D4s_v5', 4, 16, 'standardDSv5Family'),
  size('Standard_DS2_v2', 2, 7, 'standardDSv2Family'),
  size('Standard_DS3_v2', 4, 14, 'standardDSv2Family'),
  size('Standard_B2s', 2, 4, 'standardBSFamily'),
  size('Standard_B4ms', 4, 16, 'standardBSFamily'),
];

/** AKS picks one by capacity and quota when none is named. */
export const defaultMachineSize = 'Standard_D2ds_v5';

export const findMachineSize = (name: string): MachineSize | undefined =>
  machineSizes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());

export const resourceProviders: readonly string[] = [
  'Microsoft.Compute',
  'Microsoft.ContainerService',
  'Microsoft.ManagedIdentity',
  'Microsoft.Network',
  'Microsoft.Resources',
  'Microsoft.Storage',
];

export const clusterType = 'Microsoft.ContainerService/managedClusters';
