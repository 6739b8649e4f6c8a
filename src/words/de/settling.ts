import type { settling as shape } from '../en/settling.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');

export const settling: typeof shape = {
  whichContext: 'Die Kontexte deiner kubeconfig; ein Stern zeigt den aktuellen:',
  pickContext: (count) => `Auf welchem sollen die Lektionen laufen? (${count === 1 ? '1' : `1 bis ${count}`}) `,
  cluster: 'Die Lektionen sollen auf diesem Cluster laufen:',
  fields: {
    context: 'Kontext',
    server: 'Server',
    mesh: 'Mesh',
    namespaces: 'Namespaces',
  },
  mesh: (version, namespace) => `OSM ${version} im Namespace ${namespace}`,
  unknownVersion: 'in unbekannter Version',
  older:
    'Es ist älter als OSM 1.2, für das die Lektionen geschrieben sind; manches wird nicht so gehen, wie sie sagen.',
  newer:
    'Es ist neuer als OSM 1.2, für das die Lektionen geschrieben sind; manches geht vielleicht anders, als sie sagen.',
  willDo: (namespaces, label) =>
    `Dabei entstehen die Namespaces ${namespaces}, jeder mit dem Label ${label}, und Einstellungen des ganzen Mesh ändern sich.`,
  cleaning: 'meshwalk cleanup --world cluster löscht diese Namespaces und stellt die Einstellungen zurück.',
  progressElsewhere: (context) =>
    `Dein Stand entstand auf dem Cluster des Kontexts ${context}. Um beide zu trennen: --profile NAME`,
  production: {
    context: (name) => `Der Kontext heißt ${name}; das sieht nach Produktion aus.`,
    cluster: (name) => `Der Cluster heißt ${name}; das sieht nach Produktion aus.`,
    server: (name) => `Der Server ist ${name}; das sieht nach Produktion aus.`,
    namespace: (name) => `Es gibt einen Namespace ${name}; das sieht nach Produktion aus.`,
  },
  meshInUse: (namespaces) =>
    `Das Mesh überwacht ${counted(namespaces.length, { one: 'Namespace', other: 'Namespaces' })} von anderen, deren Aufrufe eine Lektion eine Weile verweigert: ${namespaces.join(', ')}.`,
  aks: {
    title: 'Lektion 1 legt das in Azure an, wenn du ihre Befehle dort bestätigst:',
    fields: {
      subscription: 'Subscription',
      group: 'Resource Group',
      cluster: 'Cluster',
      region: 'Region',
      nodes: 'Nodes',
      cost: 'Kosten',
    },
    nodes: (count, size) => `${count}, ${size === undefined ? 'in der Größe, die AKS wählt' : `je ${size}`}`,
    cost: (low, high) => `${low} bis ${high} Dollar für jede Stunde, die er besteht, geschätzt`,
    source: (source, day) => `nach ${source}, Stand ${day}`,
    widened: {
      region: 'Die Region steht in keiner unserer Tabellen, deshalb ist die Spanne weit.',
      size: 'Die Größe steht in keiner unserer Tabellen, deshalb ist die Spanne weit.',
    },
    retirement: {
      supported: (day) => `OSM ist abgekündigt: AKS unterstützt das Add-on bis zum ${day}.`,
      ending: (day, days) =>
        `OSM ist abgekündigt: AKS unterstützt das Add-on bis zum ${day}, noch ${counted(days, { one: 'Tag', other: 'Tage' })}.`,
      ended: (day) =>
        `AKS unterstützt das OSM-Add-on seit dem ${day} nicht mehr und schaltet es vielleicht nicht mehr ein. Die Sandbox und ein Cluster mit eigenem OSM gehen weiter.`,
    },
    change: 'Andere Namen und Größen: --group --cluster --region --nodes --node-size --subscription',
    nothingYet: 'Durch deine Antwort wird nichts angelegt.',
    agree: 'Damit weitermachen? (ja oder nein) ',
  },
  agree: 'Die Lektionen dort laufen lassen? (ja oder nein) ',
  typeContext: 'Um die Lektionen dort laufen zu lassen, tippe den Namen des Kontexts: ',
};
