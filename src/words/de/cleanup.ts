import type { cleanup as shape } from '../en/cleanup.ts';
import { grammarOf } from '../grammar.ts';

const { counted, decimal, listed } = grammarOf('de');

export const cleanup: typeof shape = {
  found: {
    aks: 'Von diesem Kurs, in deiner Subscription und deiner kubeconfig:',
    cluster: 'Von diesem Kurs, im Cluster:',
  },
  nothing: {
    aks: 'Weder in deiner Subscription noch in deiner kubeconfig ist etwas von diesem Kurs.',
    cluster: 'Im Cluster ist nichts von diesem Kurs.',
  },
  group: (name, location) => `Resource Group ${name} in ${location}`,
  age: (elapsed, dollars, low, high) =>
    `gibt es seit ${elapsed}, bisher etwa ${decimal(dollars, 2)} $ (geschätzt ${decimal(low, 2)} bis ${decimal(high, 2)} $ je Stunde)`,
  underWay: 'dem Löschen wurde schon zugestimmt, es geht weiter',
  managedCluster: (name) => `Cluster ${name}`,
  nodeGroup: (name) => `Resource Group ${name}, die AKS für die Maschinen angelegt hat`,
  context: (name, file) => `Kontext ${name} in ${file}, mit Cluster und User dazu`,
  namespace: (name, pods) =>
    `Namespace ${name} mit ${counted(pods, { one: 'Pod', other: 'Pods' })} und allem, was sonst darin ist`,
  meshConfig: (name, settings) =>
    `Einstellungen von ${name}, zurück auf den Stand vor den Lektionen: ${listed(settings)}`,
  untagged: (names, tag) =>
    `Heißt wie etwas von uns, hat aber nicht den Tag ${tag} und bleibt deshalb: ${listed(names)}. Wenn du es selbst löschen darfst: az group delete`,
  typeGroup: (name) => `Um ${name} mit allem darin zu löschen, gib den Namen ein: `,
  agree: 'All das entfernen? (ja oder nein) ',
  leftAlone: (name) => `${name} bleibt, wie es ist.`,
  going: (name, elapsed) => `${name} wird gelöscht: ${elapsed}`,
  podsLeft: (name, pods) => `${name} wird gelöscht: noch ${counted(pods, { one: 'Pod', other: 'Pods' })}`,
  gone: { item: (what) => `${what}: weg`, settings: (what) => `${what}: wie vorher` },
  proved: {
    aks: 'Azure und deine kubeconfig wurden noch einmal angesehen: von diesem Kurs ist nichts mehr da.',
    cluster: 'Der Cluster wurde noch einmal angesehen: von diesem Kurs ist nichts mehr da.',
  },
  stillThere: 'Noch einmal angesehen. Immer noch da:',
  goesOn: 'Azure löscht weiter, was vereinbart ist. Das Ende zeigt: meshwalk cleanup --world aks',
};
