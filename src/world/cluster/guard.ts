/** Whether the lessons should run on a cluster at all: what there is to see of it, and what in it makes one hesitate. Pure. */
export interface ClusterFacts {
  context: string;
  /** As the kubeconfig names it. */
  cluster: string;
  server: string;
  /** All that exist, sorted. */
  namespaces: readonly string[];
  /** Namespaces that its mesh watches and that no lesson made: lessons will deny their calls for a while. */
  meshed: readonly string[];
}

/** Why a yes is not enough, and what was seen. */
export type Doubt =
  | { type: 'production'; where: 'context' | 'cluster' | 'server' | 'namespace'; name: string }
  | { type: 'mesh-in-use'; namespaces: readonly string[] };

/**
 * Names as people give them: `prod`, `prd-eu`, `shop_production`, `live`. Too often rather than too seldom: a false alarm
 * costs the learner a name to type. `product` and `delivery` are words of their own.
 */
const production = /prod(?!uct(?!ion))|produktion|(?<![a-z])(?:prd|live)(?![a-z])/i;

export const looksLikeProduction = (name: string): boolean => production.test(name);

export function doubtsOf({ context, cluster, server, namespaces, meshed }: ClusterFacts): Doubt[] {
  const named = [
    { where: 'context', name: context },
    { where: 'cluster', name: cluster },
    { where: 'server', name: server },
    ...namespaces.map((name) => ({ where: 'namespace', name }) as const),
  ] as const;
  const doubts: Doubt[] = named
    .filter(({ name }) => looksLikeProduction(name))
    .map(({ where, name }) => ({ type: 'production', where, name }));
  return meshed.length > 0 ? [...doubts, { type: 'mesh-in-use', namespaces: meshed }] : doubts;
}
