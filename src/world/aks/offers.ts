import type { AksChoices } from './choices.ts';

/** Whether what a region offers, and what its quota leaves, fits the cluster that was chosen. Pure. */
export interface MachineOffer {
  name: string;
  family: string;
  vcpus: number;
  memoryGiB: number;
  isArm: boolean;
  /** Whether this subscription may have it in this region now. */
  isOffered: boolean;
}

/** One line of Compute's usages: `cores` for the region, else a family. */
export interface QuotaLine {
  name: string;
  used: number;
  limit: number;
}

export type SizeVerdict =
  /** AKS picks; these would do, smallest first. */
  | { type: 'picked-by-aks'; candidates: readonly string[] }
  | { type: 'offered'; name: string; vcpus: number }
  /** These could be had instead. */
  | { type: 'restricted' | 'unknown'; name: string; instead: readonly string[] };

export interface QuotaVerdict {
  /** Virtual CPUs of the cluster; what AKS takes at least, where it picks the size. */
  needed: number;
  regional: QuotaLine | undefined;
  /** Of the chosen size; where AKS picks, the family with most left among those that would do. */
  family: QuotaLine | undefined;
  isEnough: boolean;
}

const leastVcpus = 2;
const leastMemoryGiB = 4;
const shown = 3;

/** AKS: a node of a system pool has two vCPUs and 4 GiB at least; the bookstore's images are for amd64. */
const fits = ({ vcpus, memoryGiB, isArm, isOffered }: MachineOffer): boolean =>
  isOffered && !isArm && vcpus >= leastVcpus && memoryGiB >= leastMemoryGiB;

const smallestFirst = (one: MachineOffer, other: MachineOffer): number =>
  one.vcpus - other.vcpus || one.memoryGiB - other.memoryGiB || (one.name < other.name ? -1 : 1);

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export function sizeVerdict(offers: readonly MachineOffer[], { nodeSize }: AksChoices): SizeVerdict {
  const fitting = offers.filter(fits).sort(smallestFirst);
  const names = fitting.slice(0, shown).map(({ name }) => name);
  if (nodeSize === undefined) return { type: 'picked-by-aks', candidates: names };
  const chosen = offers.find(({ name }) => same(name, nodeSize));
  if (!chosen) return { type: 'unknown', name: nodeSize, instead: names };
  if (chosen.isOffered) return { type: 'offered', name: chosen.name, vcpus: chosen.vcpus };
  // As near as can be to what was wanted.
  const near = fitting.filter(({ vcpus }) => vcpus === chosen.vcpus).map(({ name }) => name);
  return { type: 'restricted', name: chosen.name, instead: (near.length > 0 ? near : names).slice(0, shown) };
}

const left = ({ used, limit }: QuotaLine): number => limit - used;

export function quotaVerdict(
  lines: readonly QuotaLine[],
  offers: readonly MachineOffer[],
  { nodeCount, nodeSize }: AksChoices,
): QuotaVerdict {
  const chosen = nodeSize === undefined ? undefined : offers.find(({ name }) => same(name, nodeSize));
  const needed = (chosen?.vcpus ?? leastVcpus) * nodeCount;
  const regional = lines.find(({ name }) => same(name, 'cores'));
  const families = chosen ? [chosen.family] : [...new Set(offers.filter(fits).map(({ family }) => family))];
  const family = lines
    .filter(({ name }) => families.some((one) => same(one, name)))
    .sort((one, other) => left(other) - left(one))[0];
  // What Azure does not count, it does not limit.
  const isEnough = [regional, family].every((line) => line === undefined || left(line) >= needed);
  return { needed, regional, family, isEnough };
}
