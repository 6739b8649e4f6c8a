/**
 * When Open Service Mesh ends, and what that means on a given day. The one place that knows these dates; the words are
 * the catalogue's.
 */
export interface RetirementDate {
  event: 'archived' | 'add-on-unsupported';
  /** `2027-09-30`, in UTC. */
  day: string;
  source: string;
}

export const retirementDates: readonly RetirementDate[] = [
  { event: 'archived', day: '2023-07-10', source: 'https://github.com/openservicemesh/osm' },
  {
    event: 'add-on-unsupported',
    day: '2027-09-30',
    source: 'https://learn.microsoft.com/azure/aks/open-service-mesh-about',
  },
];

/** What takes the add-on's place on AKS. */
export const successor = 'https://learn.microsoft.com/azure/aks/open-service-mesh-istio-migration-guidance';

/**
 * `supported`: the add-on is there and looked after. `ending`: still there, for half a year at most. `ended`: AKS supports
 * it no longer, and may refuse to enable it.
 */
export type RetirementPhase = 'supported' | 'ending' | 'ended';

/** Where the lessons can be taken, the first one best. */
export type CourseWorld = 'sandbox' | 'aks' | 'cluster';

export interface Retirement {
  phase: RetirementPhase;
  /** Until the add-on loses support; negative after it did. */
  daysLeft: number;
  /** The day the add-on loses support: `2027-09-30`. */
  day: string;
  source: string;
  successor: string;
  offers: readonly CourseWorld[];
}

const dayMs = 86_400_000;
const endingDays = 183;

export function retirementOf(now: Date): Retirement {
  const { day, source } = addOnEnd();
  const daysLeft = Math.ceil((Date.parse(`${day}T00:00:00Z`) - now.getTime()) / dayMs);
  const phase = daysLeft <= 0 ? 'ended' : daysLeft <= endingDays ? 'ending' : 'supported';
  const offers: readonly CourseWorld[] = phase === 'ended' ? ['sandbox', 'cluster'] : ['aks', 'sandbox', 'cluster'];
  return { phase, daysLeft, day, source, successor, offers };
}

function addOnEnd(): RetirementDate {
  const end = retirementDates.find(({ event }) => event === 'add-on-unsupported');
  if (!end) throw new Error('the table of dates has no end of the add-on');
  return end;
}

/**
 * The newest Kubernetes for which AKS's own table of components lists the add-on; for later ones Microsoft says neither
 * yes nor no.
 */
export const addOnListedUpTo = {
  version: '1.33',
  source: 'https://learn.microsoft.com/azure/aks/supported-kubernetes-versions',
  asOf: '2026-08-21',
} as const;
