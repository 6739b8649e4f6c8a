/**
 * When AKS ends its support of Open Service Mesh, and what that means on a given day. The one place that knows the date;
 * the words are the catalogue's.
 */
const addOnEnd = {
  /** In UTC. */
  day: '2027-09-30',
  source: 'https://learn.microsoft.com/azure/aks/open-service-mesh-about',
} as const;

export interface Retirement {
  /**
   * `supported`: the add-on is there and looked after. `ending`: still there, for half a year at most. `ended`: AKS
   * supports it no longer, and may refuse to enable it.
   */
  phase: 'supported' | 'ending' | 'ended';
  /** Until the add-on loses support; negative after it did. */
  daysLeft: number;
  /** The day the add-on loses support: `2027-09-30`. */
  day: string;
  source: string;
}

const dayMs = 86_400_000;
const endingDays = 183;

export function retirementOf(now: Date): Retirement {
  const { day, source } = addOnEnd;
  const daysLeft = Math.ceil((Date.parse(`${day}T00:00:00Z`) - now.getTime()) / dayMs);
  const phase = daysLeft <= 0 ? 'ended' : daysLeft <= endingDays ? 'ending' : 'supported';
  return { phase, daysLeft, day, source };
}
