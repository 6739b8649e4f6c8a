// Table: what machines cost an hour, by region and series.
import type { AksChoices } from './choices.ts';
import { readMachineSize } from './machine-sizes.ts';

/**
 * What a cluster of these choices costs an hour, as an estimate: list prices of Linux machines on demand in US dollars,
 * and small change for what AKS makes beside them. It knows no discounts, no taxes, no traffic; the Free tier of the
 * control plane costs nothing.
 */
export interface CostEstimate {
  low: number;
  high: number;
  currency: 'USD';
  source: string;
  /** Day of the prices: `2026-06-18`. */
  asOf: string;
  /** What the range had to be widened for, because the table does not have it. */
  widenedFor: readonly ('region' | 'size')[];
}

const source = "Azure's retail prices (Azure/karpenter-provider-azure)";
const asOf = '2026-06-18';

/** Prices of machines with two vCPUs; in these series four cost twice as much. B4ms has four. */
const series = ['Dds_v5', 'Ds_v5', 'Ds_v3', 'DS_v2', 'B2s', 'B4ms'] as const;
type Series = (typeof series)[number];

const prices: Readonly<Record<string, readonly number[]>> = {
  eastus: [0.113, 0.096, 0.096, 0.146, 0.0416, 0.166],
  eastus2: [0.113, 0.096, 0.096, 0.114, 0.0416, 0.166],
  westus2: [0.113, 0.096, 0.096, 0.114, 0.0416, 0.166],
  westus3: [0.113, 0.096, 0.096, 0.114, 0.0416, 0.166],
  centralus: [0.128, 0.108, 0.11, 0.146, 0.0499, 0.2],
  northeurope: [0.126, 0.107, 0.107, 0.132, 0.045, 0.182],
  westeurope: [0.136, 0.115, 0.12, 0.136, 0.048, 0.192],
  uksouth: [0.131, 0.111, 0.116, 0.176, 0.0472, 0.189],
  francecentral: [0.132, 0.112, 0.112, 0.175, 0.0472, 0.189],
  germanywestcentral: [0.136, 0.115, 0.115, 0.133, 0.048, 0.192],
  swedencentral: [0.12, 0.102, 0.102, 0.136, 0.0432, 0.173],
  southeastasia: [0.141, 0.12, 0.125, 0.158, 0.0528, 0.211],
  eastasia: [0.155, 0.132, 0.132, 0.214, 0.0584, 0.234],
  japaneast: [0.146, 0.124, 0.129, 0.205, 0.0544, 0.218],
  australiaeast: [0.142, 0.12, 0.125, 0.168, 0.0528, 0.211],
  centralindia: [0.122, 0.101, 0.105, 0.169, 0.0448, 0.179],
  canadacentral: [0.126, 0.107, 0.111, 0.14, 0.0464, 0.185],
  brazilsouth: [0.18, 0.153, 0.159, 0.171, 0.0672, 0.269],
};

/** Load balancer, public address, and a disk for each node: their order of magnitude is all that matters here. */
const besideLow = 0.03;
const besideHigh = 0.03;
const diskHigh = 0.03;

/** AKS picks the size itself when none is named, by capacity and quota: two vCPUs at least, four often enough. */
const pickedByAks = ['Standard_D2s_v5', 'Standard_D4ds_v5'];
/** No machine of this course's kind costs less or more for each vCPU, in whichever region. */
const anyPerVcpu = { low: 0.04, high: 0.12 };

interface Range {
  low: number;
  high: number;
}

export function costPerHour(choices: Pick<AksChoices, 'region' | 'nodeCount' | 'nodeSize'>): CostEstimate {
  const { region, nodeCount, nodeSize } = choices;
  const rows = prices[region] === undefined ? Object.values(prices) : [prices[region]];
  const sizes = nodeSize === undefined ? pickedByAks : [nodeSize];
  const ranges = rows.flatMap((row) => sizes.map((size) => machineRange(row, size)));
  const node = spanOf(ranges);
  const isUnlisted = nodeSize !== undefined && !isListed(nodeSize);
  return {
    low: round(node.low * nodeCount + besideLow),
    high: round((node.high + diskHigh) * nodeCount + besideHigh),
    currency: 'USD',
    source,
    asOf,
    widenedFor: [
      ...(prices[region] === undefined ? (['region'] as const) : []),
      ...(isUnlisted ? (['size'] as const) : []),
    ],
  };
}

function machineRange(row: readonly number[], size: string): Range {
  const listed = listedSeries(size);
  const { vcpus = 4 } = readMachineSize(size) ?? {};
  if (listed === undefined) return { low: anyPerVcpu.low * vcpus, high: anyPerVcpu.high * vcpus };
  const price = row[series.indexOf(listed)] ?? 0;
  const each = listed === 'B2s' || listed === 'B4ms' ? price : (price * vcpus) / 2;
  return { low: each, high: each };
}

function listedSeries(size: string): Series | undefined {
  const name = size.replace(/^Standard_/i, '').toLowerCase();
  return series.find(
    (one) => one.toLowerCase() === name || one.toLowerCase() === readMachineSize(size)?.series.toLowerCase(),
  );
}

const isListed = (size: string): boolean => listedSeries(size) !== undefined;

const spanOf = (ranges: readonly Range[]): Range => ({
  low: Math.min(...ranges.map(({ low }) => low)),
  high: Math.max(...ranges.map(({ high }) => high)),
});

/** Whole cents: more would promise what an estimate cannot keep. */
const round = (dollars: number): number => Math.round(dollars * 100) / 100;
