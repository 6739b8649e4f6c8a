import type { Endpoint, Reach } from '../platform/reach.ts';
import { wayTo } from '../platform/reach.ts';
import type { PreflightWords } from '../words/en/preflight.ts';
import type { WorldKind } from '../world/world.ts';
import { examination, realClusters, type Setting } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Ground } from './ground.ts';

/** Whether this machine gets to the places that a world needs, and if not, at which step it fails. */
type Purpose = keyof PreflightWords['network']['purposes'];

interface Place extends Endpoint {
  purpose: Purpose;
  worlds: readonly WorldKind[];
  /** Pulled by the nodes, which may have another way out than this machine: worth a word, no obstacle. */
  isForNodes?: boolean;
}

/** learn.microsoft.com/azure/aks/outbound-rules-control-egress, and where the manifests' images come from. */
const places: readonly Place[] = [
  { host: 'login.microsoftonline.com', port: 443, purpose: 'sign-in', worlds: ['aks'] },
  { host: 'management.azure.com', port: 443, purpose: 'management', worlds: ['aks'] },
  { host: 'mcr.microsoft.com', port: 443, purpose: 'mesh-images', worlds: ['aks'], isForNodes: true },
  { host: 'registry-1.docker.io', port: 443, purpose: 'app-images', worlds: realClusters, isForNodes: true },
];

export interface NetworkFacts {
  place: Place;
  reach: Reach;
  /** The proxy it went by, without its password. */
  proxy: string | undefined;
}

/** Another Resource Manager than Azure's takes the place of its doors. */
const isElsewhere = ({ environment }: Pick<Ground, 'environment'>) => !!environment['MESHWALK_ARM_ENDPOINT'];

export const network = examination<NetworkFacts[]>({
  group: 'network',
  worlds: realClusters,
  look: (ground) =>
    Promise.all(
      places
        .filter(({ worlds, isForNodes }) => worlds.includes(ground.world) && (isForNodes || !isElsewhere(ground)))
        .map(async (place) => ({
          place,
          reach: await ground.reach(place),
          proxy: wayTo(place.host, ground.environment).proxy?.host,
        })),
    ),
  judge: (facts, words, setting) => facts.map((one) => judgePlace(one, words, setting)),
});

export function judgePlace(
  { place, reach, proxy }: NetworkFacts,
  words: PreflightWords,
  setting: Pick<Setting, 'os'>,
): Finding {
  const { network: said } = words;
  const about = { id: `network-${place.purpose}`, what: place.host };
  const by = proxy === undefined ? '' : said.byProxy(proxy);
  if (reach.type === 'reached') return { ...about, status: 'good', saw: said.reached(reach.ms) + by };
  const status = place.isForNodes ? 'note' : 'bad';
  const why = place.isForNodes ? said.nodes(said.purposes[place.purpose]) : said.purposes[place.purpose];
  const { saw, next } = describeReach(reach, place, proxy, words, setting);
  return { ...about, status, saw: saw + by, why, next };
}

/** What was met on the way, and the line that looks closer. */
export function describeReach(
  reach: Exclude<Reach, { type: 'reached' }>,
  { host, port }: Endpoint,
  proxy: string | undefined,
  { network: said }: PreflightWords,
  { os }: Pick<Setting, 'os'>,
): { saw: string; next: readonly string[] } {
  const knock = os === 'windows' ? `Test-NetConnection ${host} -Port ${port}` : `curl -sSvo /dev/null https://${host}`;
  switch (reach.type) {
    case 'no-name':
      return { saw: said.noName(reach.errno), next: [`nslookup ${proxy?.replace(/:\d+$/, '') ?? host}`] };
    case 'refused':
      return { saw: said.refused, next: [knock] };
    case 'no-route':
      return { saw: said.noRoute(reach.errno), next: [knock] };
    case 'timed-out':
      return {
        saw: reach.during === 'connection' ? said.noAnswer(reach.ms) : said.halfAnswer(reach.ms),
        next: [knock],
      };
    case 'cut':
      return { saw: said.cut, next: [knock] };
    case 'not-trusted':
      return { saw: said.notTrusted(reach.reason), next: [knock, said.trustCa[os]] };
    case 'proxy-refused':
      return { saw: said.proxyRefused(reach.status), next: [said.showProxy[os]] };
  }
}
