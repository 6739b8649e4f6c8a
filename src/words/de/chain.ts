import type { chain as shape } from '../en/chain.ts';

export const chain: typeof shape = {
  titles: {
    caller: 'Aufrufer',
    name: 'Name',
    namespace: 'Namespace',
    mode: 'Modus',
    'client-route': 'Route beim Aufrufer',
    split: 'Split',
    endpoints: 'Endpoints',
    server: 'Server',
    connection: 'Verbindung',
    'server-route': 'Route beim Server',
    identity: 'Identität',
  },
  sees: {
    reset: 'die Verbindung wird zurückgesetzt (curl: 56)',
    refused: 'die Verbindung wird abgelehnt (curl: 7)',
    emptyReply: 'die Verbindung wird ohne Antwort geschlossen (curl: 52)',
    noSuchName: 'der Name lässt sich nicht auflösen (curl: 6)',
    status: (status, words) => `Status ${status}, ${words}`,
    emptyBody: 'mit leerem Body',
    emptyBodyForShare: 'mit leerem Body, für diesen Anteil',
  },
  caller: {
    hasSidecar: (pod, principal) => `${pod} hat einen Sidecar; das Mesh kennt ihn als ${principal}.`,
    neither: 'Weder Aufrufer noch Server haben einen Sidecar; das Mesh ist also nicht beteiligt.',
    noSidecar: (pod) => `${pod} hat keinen Sidecar, und der Sidecar des Servers nimmt nur Mutual TLS.`,
    restart: (account) => `neu starten, damit er einen Sidecar bekommt (ServiceAccount ${account})`,
    addNamespace: (namespace) => `osm namespace add ${namespace}, dann den Pod neu starten`,
  },
  name: {
    none: (name, namespace) => `In ${namespace} gibt es keinen Service ${name}.`,
    create: 'anlegen',
    holds: (host, port) => `${host} ist ein Service, und Port ${port} gehört ihm.`,
    declare: (port) => `${port} eintragen`,
    noPort: (name, port, ports) => `Service ${name} hat keinen Port ${port}; er hat ${ports}.`,
  },
  namespace: {
    egressOn: (namespace) =>
      `${namespace} ist nicht im Mesh. Egress ist an, also reicht der Sidecar die Bytes durch und sieht sich keines an.`,
    egressOff: (namespace) => `${namespace} ist nicht im Mesh, und Egress ist aus.`,
    add: (namespace) => `osm namespace add ${namespace}, oder Egress einschalten`,
  },
  mode: {
    permissive:
      'Der permissive Modus ist an: jeder Service im Mesh darf aufgerufen werden, TrafficTargets zählen nicht.',
    policies: 'Der permissive Modus ist aus: nur was ein TrafficTarget erlaubt, darf aufgerufen werden.',
  },
  clientRoute: {
    callerSilent: 'der Sidecar des Aufrufers hat nicht geantwortet',
    silent: (pod) => `Der Sidecar von ${pod} hat nicht geantwortet.`,
    holds: (service, chain) => `Der Sidecar des Aufrufers leitet ${service} weiter (${chain}).`,
    notTold: (pod) =>
      `Die Objekte erlauben es, aber der Sidecar von ${pod} weiß noch nichts davon: eine Änderung braucht ein paar Sekunden.`,
    noPod: 'Hinter dem Service steht kein Pod, also kann keine Policy von ihm handeln.',
    selectInMesh: 'Pods auswählen, die im Mesh laufen: eine Policy handelt von ihrem ServiceAccount',
    ignored: (target, why) => `${target} nennt den Aufrufer, zählt aber nicht: ${why}.`,
    makeValid: 'in Ordnung bringen',
    either: (accounts) => accounts.join(' oder '),
    noSource: (server, caller) => `Kein TrafficTarget für ${server} hat ${caller} unter seinen Quellen.`,
    addSource: (source) => `${source} hinzufügen`,
    noTarget: (server) => `Kein TrafficTarget hat ${server} zum Ziel, und ohne eines darf niemand aufrufen.`,
    createTarget: (server, account, namespace) =>
      `eines anlegen mit Ziel ${server} und Quelle ${account} aus ${namespace}`,
    otherNamespace: (target, account, namespace, own) =>
      `${target} hat eine Quelle ${account} mit Namespace ${namespace}; der Aufrufer ist aus ${own}.`,
    sourceWithoutNamespace: (target, account, own) =>
      `${target} hat eine Quelle ${account} ohne Namespace; der Aufrufer ist aus ${own}.`,
    write: (value) => `${value} eintragen`,
  },
  ignored: {
    notInMesh: (namespace) => `sein Namespace ${namespace} ist nicht im Mesh`,
    otherNamespace: (namespace, destination) =>
      `sein Namespace ${namespace} ist nicht der seines Ziels, ${destination}`,
    none: 'keiner',
    noRules: 'es hat keine Regeln',
    foreignRule: (rule, kind) => `seine Regel ${rule} ist von der Art ${kind}, und das macht das ganze Objekt ungültig`,
  },
  split: {
    shares: (shares) => `Ein TrafficSplit verteilt die Requests: ${shares}.`,
    mayNotCall: (shares, backend) =>
      `Ein TrafficSplit verteilt die Requests (${shares}), aber der Aufrufer darf ${backend} nicht aufrufen: dieser Anteil scheitert.`,
    createTarget: (backend, account, namespace) =>
      `eines anlegen für den ServiceAccount hinter ${backend}, mit Quelle ${account} aus ${namespace}`,
  },
  endpoints: {
    holds: 'Der Sidecar des Aufrufers kennt Pods, die bereit sind.',
    notReady: (pod) => `${pod} ist nicht bereit, und kein anderer Pod ist es.`,
    mendPod: 'in Ordnung bringen, bis er bereit ist',
    selectsNone: 'Der Service wählt keinen Pod aus.',
    selectPods: 'Pods auswählen, die es gibt',
    notTold: 'Pods sind bereit, aber der Sidecar weiß noch nichts von ihnen.',
    notAccount: (target, kind) => `${target} nennt etwas von der Art ${kind}; nur ein ServiceAccount steht für Pods.`,
  },
  server: {
    noSidecar: (pod) => `${pod} hat keinen Sidecar, und der Sidecar des Aufrufers spricht Mutual TLS mit ihm.`,
    restart: 'neu starten, damit er einen Sidecar bekommt',
  },
  connection: {
    noChain: (pod, service) => `${pod} hat noch keine Filter Chain für ${service}.`,
    unexplained: (pod, principal) =>
      `${pod} weist ${principal} ab, und kein Objekt sagt, warum: die Änderung ist vielleicht unterwegs.`,
    holds: (principal) => `Der Sidecar des Servers nimmt die Verbindung von ${principal} an.`,
    noRoute: (target, route) => `${target} nennt TCPRoute ${route}, und die gibt es nicht.`,
    createRoute: (port) => `anlegen, mit Port ${port}`,
    otherPort: (route, ports, port, rule, target) =>
      `${route} erlaubt Port ${ports}; der Pod lauscht auf ${port} (es zählt sein targetPort, Regel ${rule} von ${target}).`,
    addPort: (port) => `${port} hinzufügen`,
  },
  serverRoute: {
    holds: (request) => `Eine Route des Servers nimmt ${request}.`,
    unexplained: (pod, request) => `Keine Route von ${pod} nimmt ${request}, und kein Objekt sagt, warum.`,
    noHttpRule: (target) => `${target} hat keine Regel zu HTTP, also hat der Server keine Route dafür.`,
    addRule: (request) => `eine Regel der Art HTTPRouteGroup mit einem Match für ${request} hinzufügen`,
    noGroup: (target, group) => `${target} nennt HTTPRouteGroup ${group}, und die gibt es nicht.`,
    noMatches: (target, group) => `${target} nennt keinen Match von HTTPRouteGroup ${group}, und keiner heißt keiner.`,
    nameMatches: (group) => `Matches von ${group} nennen`,
    nameOneOf: (matches) => `einen von ${matches} nennen`,
    noSuchMatch: (target, match, group) => `${target} nennt einen Match ${match}, den ${group} nicht hat.`,
    path: (match, regex, path) =>
      `Match ${match} will einen Pfad, auf den ${regex} von Anfang bis Ende passt, und ${path} ist keiner.`,
    matchWhole: (path) => `auf das ganze ${path} passen lassen`,
    method: (match, methods, method) => `Match ${match} passt zum Pfad, erlaubt aber ${methods} und nicht ${method}.`,
    addMethod: (method) => `${method} hinzufügen`,
    header: (match, header, regex) =>
      `Match ${match} passt zu Pfad und Methode, will aber einen Header ${header}, auf den ${regex} passt.`,
    sendHeader: (header) => `${header} mitschicken, oder herausnehmen`,
  },
  identity: {
    holds: (principal) => `${principal} darf diese Route benutzen.`,
    unexplained: (principal) => `${principal} darf diese Route nicht benutzen, und kein Objekt sagt, warum.`,
    othersRoute: (target) => `Die Route gehört anderen Aufrufern; ${target}, das diesen nennt, hat keinen Match dafür.`,
    addMatch: (request) => `einen Match für ${request} hinzufügen`,
  },
};
