import type { Findings } from '../words/en/findings.ts';

/** The weights a sidecar routes by, out of Envoy's configuration dump. Reads JSON; knows no API and no pod. */
export interface WeightedRoute {
  /** Cluster names without their port, `namespace/service`, and their share of the requests. */
  shares: ReadonlyMap<string, number>;
  /** The Service that clients call, `namespace/service`, where the virtual host's name tells it. */
  host?: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every distinct weighted route of the outbound listeners; undefined when the text is no configuration dump. */
export function outboundRoutes(dump: string): WeightedRoute[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(dump);
  } catch {
    return undefined;
  }
  if (!isObject(parsed) || !Array.isArray(parsed['configs'])) return undefined;
  const routes: WeightedRoute[] = [];
  visit(parsed, (object) => {
    const name = object['name'];
    if (typeof name !== 'string' || !name.startsWith('rds-outbound')) return;
    visit(object, (inner) => {
      if (!Array.isArray(inner['routes'])) return;
      const host = hostOf(inner['name']);
      visit(inner['routes'], (route) => {
        const shares = sharesOf(route['weighted_clusters']);
        if (shares) routes.push({ shares, ...(host === undefined ? {} : { host }) });
      });
    });
  });
  return routes;
}

/** OSM names a virtual host after the Service: `outbound_virtual-host|bookstore.bookstore.svc.cluster.local`. */
function hostOf(name: unknown): string | undefined {
  const [, service, namespace] = /\|([^.|]+)\.([^.|]+)\./.exec(String(name)) ?? [];
  return service === undefined ? undefined : `${namespace}/${service}`;
}

function visit(value: unknown, see: (object: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  if (!isObject(value)) return;
  see(value);
  for (const inner of Object.values(value)) visit(inner, see);
}

function sharesOf(weighted: unknown): Map<string, number> | undefined {
  if (!isObject(weighted) || !Array.isArray(weighted['clusters'])) return undefined;
  const clusters = weighted['clusters'].filter(isObject).map((cluster) => ({
    service: String(cluster['name']).split('|')[0] ?? '',
    weight: typeof cluster['weight'] === 'number' ? cluster['weight'] : 0,
  }));
  const total = clusters.reduce((sum, cluster) => sum + cluster.weight, 0);
  if (total <= 0) return undefined;
  return new Map(clusters.filter(({ weight }) => weight > 0).map(({ service, weight }) => [service, weight / total]));
}

/** Equal but for rounding: OSM scales weights to whole numbers. */
export function isSameShares(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].every((name) => Math.abs((a.get(name) ?? 0) - (b.get(name) ?? 0)) < 0.005);
}

export const showShares = (shares: ReadonlyMap<string, number>, { conditions }: Findings): string =>
  [...shares].map(([name, share]) => conditions.trafficSplit.share(name, Math.round(share * 1000) / 10)).join(', ');
