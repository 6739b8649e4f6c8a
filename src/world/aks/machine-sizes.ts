/**
 * What the name of a machine size says: `Standard_D4ds_v5` is family D with 4 vCPUs, feature letters d and s, version 5.
 * Read from https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions; sizes before version 3 of the D
 * family counted otherwise (DS2_v2 has two, DS3_v2 four) and stand in a table.
 */
export interface MachineSize {
  /** `Dds_v5`: what quotas and prices are counted by. */
  series: string;
  vcpus: number;
  /** ARM processors: the course's images are for amd64 only. */
  isArm: boolean;
}

const oldSizes: Readonly<Record<string, number>> = {
  1: 1,
  2: 2,
  3: 4,
  4: 8,
  5: 16,
  11: 2,
  12: 4,
  13: 8,
  14: 16,
  15: 20,
};
const pattern = /^Standard_([A-Z]+)(\d+)(?:-(\d+))?([a-z]*)(?:_v(\d+))?$/i;

/** Undefined for a name that is built in another way. */
export function readMachineSize(name: string): MachineSize | undefined {
  const [, family = '', number = '', constrained, features = '', version] = pattern.exec(name) ?? [];
  if (family === '') return undefined;
  const isOld = /^DS?$/i.test(family) && Number(version ?? '1') < 3;
  const vcpus = isOld ? oldSizes[number] : Number(constrained ?? number);
  if (vcpus === undefined) return undefined;
  const series = `${family.toUpperCase()}${features.toLowerCase()}${version === undefined ? '' : `_v${version}`}`;
  return { series, vcpus, isArm: features.toLowerCase().includes('p') };
}
