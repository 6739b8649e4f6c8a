import type { host as shape } from '../en/host.ts';

export const host: typeof shape = {
  prepare: {
    'starting-sandbox': 'Die Sandbox startet',
    'sandbox-ready': 'Die Sandbox ist bereit',
    'reaching-cluster': 'Der Cluster wird gesucht',
    'cluster-reached': 'Der Cluster antwortet',
    'reaching-azure': 'Azure wird gefragt',
    'azure-reached': 'Azure antwortet',
  },
  lookingAtWorld: 'Es wird nachgesehen, was schon da ist',
  mistake: (log) => `meshwalk hat einen Fehler gemacht; das Log ist ${log}`,
  notInWorld: (world) => `nicht in der Welt "${world}"`,
  emptying: 'Die Sandbox wird geleert',
  prepared: (lesson) => `Vorbereitet: ${lesson}`,
  allPrepared: 'Die Anfänge aller Lektionen sind da.',
  beyond: 'Der Cluster ist über den Anfang dieser Lektion hinaus; was spätere Lektionen geändert haben, ist noch da.',
  finished: (lesson) => `Fertig. Noch einmal von vorn: meshwalk reset ${lesson}`,
  shellGreeting: 'Eine Shell in dieser Welt. exit führt zurück zur Lektion.',
  noBrowser: (url) => `Kein Browser ließ sich starten. Die Seite ist ${url}`,
  deleted: (object) => `${object} wurde seither gelöscht.`,
  moreDrift: (count) => `Und ${count} mehr.`,
  mayReplay: 'R zeigt es und stellt es wieder her.',
  maySee: 'R zeigt es.',
  underWay: 'Noch in Arbeit; v sieht wieder nach.',
  drift: (task, condition, saw) => `Seit „${task}“ hat sich etwas geändert: ${condition}, jetzt aber: ${saw}.`,
};
