import type { PreflightWords } from '../en/preflight.ts';
import { grammarOf } from '../grammar.ts';

const { counted, listed } = grammarOf('de');

export const preflight: PreflightWords = {
  groups: {
    machine: 'Dieser Rechner',
    tools: 'Werkzeuge',
    network: 'Netz',
    azure: 'Azure',
    cluster: 'Cluster',
    sandbox: 'Sandbox',
  },
  looking: 'Ein Blick auf das, was diese Welt braucht …',
  verdict: {
    ready: 'Nichts steht im Weg.',
    notes: (count) =>
      `Nichts steht im Weg; ${counted(count, { one: 'Punkt ist', other: 'Punkte sind' })} einen Blick wert (·, ?).`,
    blocked: (count) => `${counted(count, { one: 'Punkt steht', other: 'Punkte stehen' })} im Weg (✗).`,
  },
  terminal: {
    what: 'Terminal',
    none: 'hier keines',
    withoutOne: 'Der Bildschirm braucht eines. Ohne Terminal werden die Lektionen vorgespielt:',
    unknownKind: 'unbekannter Art',
    size: (kind, columns, rows) => `${kind}, ${columns} Spalten und ${rows} Zeilen`,
    tooSmall: (columns, rows) =>
      `So ist keine Lektion zu lesen. Mach das Fenster mindestens ${columns} mal ${rows} groß.`,
    narrow: (columns, rows) =>
      `${columns} mal ${rows} zeigt Lektion, Ausgabe und Prüfung zugleich; hier öffnet Tab eines davon.`,
  },
  shell: {
    none: 'weder bash noch sh',
    needed: 'Die Befehle der Lektionen sind Zeilen für bash.',
    noFunctions: 'Ohne bash bleiben Funktionen zwischen Befehlen nicht erhalten.',
    wsl: 'Diese bash öffnet WSL, das andere Dateien und Werkzeuge hat als Windows. Starte meshwalk in WSL, oder installiere Git Bash.',
    install: {
      linux: 'sudo apt-get install bash',
      macos: 'brew install bash',
      windows: 'winget install --exact --id Git.Git',
    },
  },
  storage: {
    state: 'Stand',
    disk: 'Platte',
    notWritable: (folder) => `in ${folder} lässt sich nicht schreiben`,
    needed: 'Fortschritt und Cluster liegen dort.',
    elsewhere: 'MESHWALK_HOME=/anderer/ordner meshwalk',
    free: (megabytes) => `${megabytes} MB frei`,
    full: (megabytes) => `Weniger als ${megabytes} MB: vielleicht wird Fortschritt nicht gesichert. Anderswo ablegen:`,
    tight: 'Es kann eng werden, wenn Lektionen vorab gebaut werden. Anderswo ablegen geht so:',
  },
  port: {
    what: (port) => `Port ${port}`,
    free: 'frei',
    taken: 'belegt',
    forwarded:
      'Lektion 5 leitet ihn weiter. Beende, wer ihn hat, oder ändere den Befehl dort (e) auf einen anderen Port.',
  },
  tools: {
    missing: 'nicht installiert',
    mute: (file) => `${file} sagt seine Version nicht`,
    version: (version, file) => `${version} unter ${file}`,
    neededFor: {
      az: 'Lektion 1 legt damit den Cluster an, und deine Anmeldung bei Azure liegt dort.',
      kubectl: 'Jede Lektion sieht sich damit den Cluster an.',
      osm: 'Lektion 3 bringt damit Namespaces in das Mesh.',
    },
    tooOld: (tool, oldest) => `Die Lektionen brauchen ${tool} ${oldest} oder neuer.`,
    newerThanTested: (minor) => `Neuer als alles, womit die Lektionen probiert sind (1.${minor}).`,
    brought: 'Die Sandbox bringt ihr eigenes mit.',
    oldAndBrought: 'Zu alt für die Lektionen; die Sandbox bringt ihr eigenes mit.',
  },
  network: {
    purposes: {
      'sign-in': 'Die Anmeldung bei Azure geht dorthin.',
      management: 'Azure Resource Manager: Anlegen, Verfolgen und Löschen des Clusters geht dorthin.',
      'mesh-images': 'Images der Control Plane des Mesh und der Sidecars kommen von dort.',
      'app-images': 'Images des Bookstore kommen von dort.',
    },
    nodes: (purpose) => `${purpose} Die Nodes des Clusters holen sie, vielleicht auf anderem Weg als dieser Rechner.`,
    reached: (ms) => `erreicht in ${ms} ms`,
    byProxy: (proxy) => `, über den Proxy ${proxy}`,
    noName: (errno) => `der Name wird nicht gefunden (DNS, ${errno})`,
    refused: 'die Verbindung wird abgelehnt',
    noRoute: (errno) => `es führt kein Weg dorthin (${errno})`,
    noAnswer: (ms) => `keine Antwort in ${Math.round(ms / 1000)} s`,
    halfAnswer: (ms) => `verbunden, dann kein TLS in ${Math.round(ms / 1000)} s`,
    cut: 'die Verbindung wird gekappt',
    notTrusted: (reason) => `seinem Zertifikat wird hier nicht getraut (${reason})`,
    proxyRefused: (status) => `abgelehnt mit HTTP ${status}`,
    trustCa: {
      linux: 'export NODE_EXTRA_CA_CERTS=/pfad/zur/ca.pem REQUESTS_CA_BUNDLE=/pfad/zur/ca.pem',
      macos: 'export NODE_EXTRA_CA_CERTS=/pfad/zur/ca.pem REQUESTS_CA_BUNDLE=/pfad/zur/ca.pem',
      windows: '$env:NODE_EXTRA_CA_CERTS = $env:REQUESTS_CA_BUNDLE = "C:\\pfad\\zur\\ca.pem"',
    },
    showProxy: { linux: 'env | grep -i _proxy', macos: 'env | grep -i _proxy', windows: 'Get-ChildItem env:*_proxy' },
  },
  azure: {
    signIn: 'Anmeldung',
    signedIn: 'ist da',
    subscription: 'Subscription',
    named: (name, id, state) => `${name} (${id}), ${state}`,
    pastDue: 'Azure ist zuletzt nicht bezahlt worden und schaltet sie vielleicht ab.',
    disabled: 'Darin lässt sich nichts anlegen. Nimm eine andere:',
    provider: 'Provider',
    notRegistered:
      'In Lektion 1 registriert az ihn von selbst, was Minuten dauert und das Recht dazu braucht. Jetzt schon:',
    notInRegion: (region) => `In ${region} gibt es AKS nicht. Nimm eine andere Region:`,
    versions: 'Kubernetes',
    offered: (versions, preset) =>
      `${listed(versions)}${preset === undefined ? '' : `; ${preset}, wenn keine genannt ist`}`,
    noVersions: (region) => `AKS bietet in ${region} keine Version an`,
    versionsNeeded: 'Lektion 1 nimmt die, die AKS zuerst anbietet.',
    size: 'Maschinen',
    picked: (names) => `AKS sucht sie aus, zum Beispiel ${listed(names)}`,
    sized: (name, vcpus) => `${name}, ${counted(vcpus, { one: 'vCPU', other: 'vCPUs' })}`,
    noSize: (region) => `in ${region} wird dir keine passende angeboten`,
    notOffered: (name, region) => `${name} wird dir in ${region} nicht angeboten`,
    sizeNeeded:
      'Nodes brauchen mindestens zwei vCPUs und 4 GiB, auf amd64, damit die Control Plane des Mesh Platz hat.',
    quota: 'Quota',
    vcpus: (needed, lines) => `${counted(needed, { one: 'vCPU', other: 'vCPUs' })} nötig; ${listed(lines)}`,
    left: (left, limit, name) => `${left} von ${limit} frei bei ${name}`,
    quotaNeeded:
      'Azure würde den Cluster ablehnen, vielleicht erst nach Minuten. Sieh nach, was belegt ist, oder nimm weniger:',
    addOn: 'Mesh-Add-on',
    supported: (day, days) => `unterstützt bis ${day} (${days} Tage)`,
    ending: 'Das Mesh neuer Cluster verliert bald seine Unterstützung; für die Lektionen macht das nichts.',
    ended: (day) => `nicht mehr unterstützt seit ${day}`,
    afterEnd:
      'AKS lehnt es vielleicht ab. Dieselben Lektionen laufen in der Sandbox und auf einem Cluster mit dem OSM von Upstream:',
  },
  cluster: {
    context: 'Kontext',
    named: (name, server) => `${name}, ${server}`,
    noneCurrent: (known) =>
      known === 0
        ? 'deine kubeconfig hat keinen'
        : `von ${counted(known, { one: 'Kontext', other: 'Kontexten' })} ist keiner gewählt`,
    noContext: (name) => `deine kubeconfig hat keinen Kontext ${name}`,
    needed: 'Die Lektionen laufen auf dem Cluster eines Kontexts. Nenne ihn, oder nimm die Sandbox:',
    apiServer: 'API-Server',
    mustAnswer: 'Ohne ihn geht keine Lektion.',
    skew: (kubectl) => `kubectl ${kubectl} ist mehr als eine Minor-Version entfernt, was niemand prüft. Ein näheres:`,
    mesh: 'Mesh',
    notTold: 'konnte nicht gesucht werden',
    noMesh: 'in diesem Cluster gibt es kein OSM',
    meshNeeded: 'Um OSM geht es in den Lektionen. Auf einem Cluster zum Üben:',
    found: (name, version, namespace) => `${name} ${version} in ${namespace}`,
    otherMesh: 'Die Lektionen sind für OSM 1.2 geschrieben; manche laufen vielleicht anders.',
    osmSkew: (osm) => `osm ${osm} ist von einer anderen Minor-Version. Ein näheres:`,
  },
  sandbox: {
    notRunning: 'läuft nicht; sie startet mit den Lektionen',
    running: (pid) => `läuft (Prozess ${pid})`,
    silent: (pid) => `Prozess ${pid} antwortet nicht`,
    blocks: 'An ihrer Stelle kann keine andere starten, solange er da ist.',
  },
};
