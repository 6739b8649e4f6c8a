/** A count, or a share of a total: `2`, `"25%"`. Kubernetes: apimachinery, util/intstr. */
export function amountOf(value: number | string, total: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}
