import type { clusterFaults as shape } from '../en/cluster-faults.ts';

export const clusterFaults: typeof shape = {
  'world.no-programs': (world, programs) => ({
    what: `Auf deinem PATH gibt es kein ${programs.join(' und kein ')}.`,
    why: `Die Lektionen rufen ${programs.length === 1 ? 'es' : 'sie alle'} auf, und in der Welt ${world} bringt das Programm keines mit.`,
    next: [`Wie man installiert, was fehlt: meshwalk doctor --world ${world}`, 'Ohne: meshwalk --world sandbox'],
  }),
  'aks.no-choices': () => ({
    what: 'Für einen Cluster in deiner Subscription ist noch nichts gewählt.',
    why: 'Der erste Start zeigt Namen, Region, Nodes und was sie kosten, und merkt sich die Antwort.',
    next: ['meshwalk --world aks'],
  }),
  'aks.not-agreed': () => ({
    what: 'In deiner Subscription wurde nichts angelegt.',
    why: 'Niemand hat den Kosten zugestimmt.',
    next: ['meshwalk --world aks --region westeurope --nodes 2', 'Kostenlos: meshwalk --world sandbox'],
  }),
  'aks.ask': () => ({
    what: 'Hier lässt sich niemand fragen, ob ein Cluster Geld kosten darf.',
    why: 'Es gibt kein Terminal.',
    next: ['meshwalk run --world aks --yes', 'Oder einmal in einem Terminal zustimmen: meshwalk --world aks'],
  }),
  'aks.group-taken': (group, tag) => ({
    what: `In deiner Subscription gibt es schon eine Resource Group "${group}", die nicht von diesen Lektionen stammt.`,
    why: `Das Tag ${tag} fehlt ihr. Das Aufräumen nach den Lektionen würde alles löschen, was darin ist.`,
    next: [
      'Nimm einen anderen Namen: meshwalk --world aks --group meshwalk-lessons',
      `Darin ist nichts, was du behalten willst? az group delete --name ${group}`,
    ],
  }),
  'aks.other-context': (context, server, cluster, group) => ({
    what: `Das lief nicht: kubectl würde es an den Kontext "${context}" schicken.`,
    why: `Der führt zu ${server || 'keinem bekannten Server'} und nicht zum Cluster der Lektionen.`,
    next: [
      `kubectl config use-context ${cluster}`,
      `Den gibt es nicht? Lektion 2 holt ihn: az aks get-credentials --resource-group ${group} --name ${cluster}`,
    ],
  }),
  'aks.other-server': (cluster, server, known, group) => ({
    what: `Das lief nicht: der Kontext "${cluster}" deiner kubeconfig führt zu einem anderen Cluster als dem der Lektionen.`,
    why:
      known === ''
        ? `Er führt zu ${server || 'keinem bekannten Server'}, und Azure hat in der Gruppe ${group} keinen Cluster dieses Namens.`
        : `Er führt zu ${server || 'keinem bekannten Server'}; in Azure antwortet der Cluster unter ${known}.`,
    next:
      known === ''
        ? ['Lektion 1 legt den Cluster an.', `az aks list --resource-group ${group} --output table`]
        : [`az aks get-credentials --resource-group ${group} --name ${cluster} --overwrite-existing`],
  }),
  'cluster.no-contexts': (file) => ({
    what: `In ${file} steht kein Kontext.`,
    why: 'Ein Kontext paart einen Cluster mit einem Benutzer; Werkzeuge, die Cluster machen, wie kind oder az, schreiben einen hinein.',
    next: ['kubectl config get-contexts', 'Ohne Cluster: meshwalk --world sandbox'],
  }),
  'cluster.no-context': (context, others) => ({
    what: `Die kubeconfig hat keinen Kontext "${context}".`,
    why: others.length === 0 ? 'Darin steht überhaupt keiner.' : `Darin stehen: ${others.join(', ')}.`,
    next: ['kubectl config get-contexts', 'meshwalk --world cluster --context NAME'],
  }),
  'cluster.context-name': (context) => ({
    what: `Die Lektionen können den Namen "${context}" in ihren Befehlen nicht sagen.`,
    why: 'Er hat Zeichen, die eine Shell oder eine YAML-Datei anders liest.',
    next: ['Gib ihm einen anderen Namen: kubectl config rename-context ALT NEU'],
  }),
  'cluster.which': (contexts) => ({
    what: 'Nichts sagt, auf welchem Cluster die Lektionen laufen sollen.',
    why: `Ohne Terminal lässt sich niemand fragen. Die Kontexte sind: ${contexts.join(', ')}.`,
    next: [
      'meshwalk run --world cluster --context NAME --yes',
      'Oder einmal in einem Terminal wählen: meshwalk --world cluster',
    ],
  }),
  'cluster.no-choice': () => ({
    what: 'Für die Lektionen ist kein Cluster gewählt.',
    why: 'Der erste Start fragt nach einem, zeigt, was er ist, und merkt sich die Antwort.',
    next: ['meshwalk --world cluster'],
  }),
  'cluster.other-choice': (context, chosen) => ({
    what: `Der Fortschritt, der aufgehoben ist, stammt vom Cluster des Kontexts "${chosen}", nicht "${context}".`,
    why: 'Fortschritt wird je Welt und je Profil aufgehoben, nicht je Kontext.',
    next: [
      `Auf diesen Cluster wechseln: meshwalk --world cluster --context ${context}`,
      'Um beide zu trennen, gib einem ein eigenes Profil: --profile NAME',
    ],
  }),
  'cluster.moved': (context, before, now) => ({
    what: `Der Kontext "${context}" führt zu einem anderen Server als dem, dem du zugestimmt hast.`,
    why: `Es war ${before} und ist ${now === '' ? 'keiner' : now}.`,
    next: ['Ansehen und neu zustimmen: meshwalk --world cluster'],
  }),
  'cluster.not-agreed': (context) => ({
    what: `Die Lektionen laufen nicht auf dem Cluster des Kontexts "${context}".`,
    why: 'Niemand hat zugestimmt, also ist dort nichts geschehen.',
    next: ['meshwalk --world cluster --context NAME', 'Ohne Cluster: meshwalk --world sandbox'],
  }),
  'cluster.doubtful': (context, doubts) => ({
    what: `Ohne das Wort eines Menschen laufen die Lektionen nicht auf dem Cluster des Kontexts "${context}".`,
    why: doubts.join(' '),
    next: [`Einmal in einem Terminal ansehen und zustimmen: meshwalk --world cluster --context ${context}`],
  }),
  'cluster.namespaces-taken': (namespaces, label) => ({
    what: `Der Cluster hat Namespaces mit den Namen, die die Lektionen benutzen: ${namespaces.join(', ')}.`,
    why: `Dort fehlt das Label ${label}; sie gehören also jemand anderem, und beim Aufräumen würden sie gelöscht.`,
    next: [
      'Nimm einen anderen Cluster: meshwalk --world cluster --context NAME',
      `Oder, wenn die Lektionen sie haben und löschen dürfen: kubectl label namespace ${namespaces.join(' ')} ${label}`,
    ],
  }),
  'cluster.no-rights': (context, message) => ({
    what: `Der Benutzer des Kontexts "${context}" darf sich im Cluster nicht umsehen.`,
    why: `${message}. Die Lektionen legen Namespaces an und ändern Einstellungen des Mesh; das braucht die Rechte eines Administrators.`,
    next: ['kubectl auth can-i --list'],
  }),
  'mesh.none': (context) => ({
    what: `Der Cluster des Kontexts "${context}" hat kein Open Service Mesh.`,
    why: 'Kein Deployment trägt dort das Label app=osm-controller.',
    next: [
      'Für einen Übungscluster, mit dem Programm osm von OSM 1.2: osm install --set osm.enablePermissiveTrafficPolicy=true,osm.enableEgress=true',
      'Auf AKS: az aks enable-addons --addons open-service-mesh --resource-group GRUPPE --name CLUSTER',
      'Ohne Cluster: meshwalk --world sandbox',
    ],
  }),
  'mesh.other-name': (meshes, wanted) => ({
    what: `Das Mesh des Clusters heißt ${meshes}, und die Lektionen sprechen von ${wanted}.`,
    why: 'Namespaces treten einem Mesh unter seinem Namen bei, und sowohl AKS als auch osm install nennen ihres so.',
    next: ['Nimm einen Cluster, dessen Mesh so heißt: meshwalk --world cluster --context NAME'],
  }),
  'cleanup.not-ours': (namespace, label) => ({
    what: `Der Namespace ${namespace} bleibt, wie er ist.`,
    why: `Er trägt das Label ${label} nicht mehr.`,
    next: [`kubectl get namespace ${namespace} --show-labels`],
  }),
};
