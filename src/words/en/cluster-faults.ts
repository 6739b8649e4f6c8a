/** What Faults say of worlds that are a learner's own: a cluster, and the mesh in it. */
export const clusterFaults = {
  'world.no-programs': (world: string, programs: readonly string[]) => ({
    what: `There is no ${programs.join(' and no ')} on your PATH.`,
    why: `The lessons type ${programs.length === 1 ? 'it' : 'them'}, and in the ${world} world the program brings none of its own.`,
    next: [`How to install what is missing: meshwalk doctor --world ${world}`, 'Without: meshwalk --world sandbox'],
  }),
  'aks.no-choices': () => ({
    what: 'Nothing is chosen yet for a cluster in your subscription.',
    why: 'The first start shows names, region, nodes and what they cost, and keeps the answer.',
    next: ['meshwalk --world aks'],
  }),
  'aks.not-agreed': () => ({
    what: 'Nothing was made in your subscription.',
    why: 'Nobody agreed to what it would cost.',
    next: ['meshwalk --world aks --region westeurope --nodes 2', 'Free of charge: meshwalk --world sandbox'],
  }),
  'aks.ask': () => ({
    what: 'Nobody can be asked here whether a cluster may cost money.',
    why: 'There is no terminal.',
    next: ['meshwalk run --world aks --yes', 'Or agree once in a terminal: meshwalk --world aks'],
  }),
  'aks.group-taken': (group: string, tag: string) => ({
    what: `Your subscription has a resource group "${group}" that these lessons did not make.`,
    why: `It does not carry the tag ${tag}. Cleaning up after the lessons would take away all that is in it.`,
    next: [
      'Choose another name: meshwalk --world aks --group meshwalk-lessons',
      `Nothing in it is worth keeping? az group delete --name ${group}`,
    ],
  }),
  'aks.other-context': (context: string, server: string, cluster: string, group: string) => ({
    what: `This was not run: kubectl would send it to the context "${context}".`,
    why: `That leads to ${server || 'no known server'} and not to the cluster of the lessons.`,
    next: [
      `kubectl config use-context ${cluster}`,
      `Not there? Lesson 2 fetches it: az aks get-credentials --resource-group ${group} --name ${cluster}`,
    ],
  }),
  'aks.other-server': (cluster: string, server: string, known: string, group: string) => ({
    what: `This was not run: the context "${cluster}" of your kubeconfig leads to another cluster than the lessons'.`,
    why:
      known === ''
        ? `It leads to ${server || 'no known server'}, and Azure has no cluster of that name in the group ${group}.`
        : `It leads to ${server || 'no known server'}; Azure has the cluster at ${known}.`,
    next:
      known === ''
        ? ['Lesson 1 creates the cluster.', `az aks list --resource-group ${group} --output table`]
        : [`az aks get-credentials --resource-group ${group} --name ${cluster} --overwrite-existing`],
  }),
  'cluster.no-contexts': (file: string) => ({
    what: `There is no context in ${file}.`,
    why: 'A context pairs a cluster with a user; tools that make clusters, such as kind or az, write one.',
    next: ['kubectl config get-contexts', 'Without a cluster: meshwalk --world sandbox'],
  }),
  'cluster.no-context': (context: string, others: readonly string[]) => ({
    what: `The kubeconfig has no context "${context}".`,
    why: others.length === 0 ? 'It has none at all.' : `It has: ${others.join(', ')}.`,
    next: ['kubectl config get-contexts', 'meshwalk --world cluster --context NAME'],
  }),
  'cluster.context-name': (context: string) => ({
    what: `The lessons cannot say the name "${context}" in their commands.`,
    why: 'It has characters that a shell or a YAML file reads as something else.',
    next: ['Give it another name: kubectl config rename-context OLD NEW'],
  }),
  'cluster.which': (contexts: readonly string[]) => ({
    what: 'Nothing says which cluster the lessons should run on.',
    why: `Nobody can be asked without a terminal. The contexts are: ${contexts.join(', ')}.`,
    next: [
      'meshwalk run --world cluster --context NAME --yes',
      'Or choose once in a terminal: meshwalk --world cluster',
    ],
  }),
  'cluster.no-choice': () => ({
    what: 'No cluster is chosen for the lessons.',
    why: 'The first start asks for one, shows what it is, and keeps the answer.',
    next: ['meshwalk --world cluster'],
  }),
  'cluster.other-choice': (context: string, chosen: string) => ({
    what: `The progress that is kept was made on the cluster of context "${chosen}", not "${context}".`,
    why: 'Progress is kept for each world and each profile, not for each context.',
    next: [
      `Change over to that cluster: meshwalk --world cluster --context ${context}`,
      'To keep the two apart, give one a profile of its own: --profile NAME',
    ],
  }),
  'cluster.moved': (context: string, before: string, now: string) => ({
    what: `The context "${context}" leads to another server than the one you agreed to.`,
    why: `It was ${before} and is ${now === '' ? 'none' : now}.`,
    next: ['Look at it and agree again: meshwalk --world cluster'],
  }),
  'cluster.not-agreed': (context: string) => ({
    what: `The lessons do not run on the cluster of context "${context}".`,
    why: 'Nobody agreed to it, so nothing was done there.',
    next: ['meshwalk --world cluster --context NAME', 'Without a cluster: meshwalk --world sandbox'],
  }),
  'cluster.doubtful': (context: string, doubts: readonly string[]) => ({
    what: `The lessons do not run on the cluster of context "${context}" without a word of a person.`,
    why: doubts.join(' '),
    next: [`Look at it and agree in a terminal, once: meshwalk --world cluster --context ${context}`],
  }),
  'cluster.namespaces-taken': (namespaces: readonly string[], label: string) => ({
    what: `The cluster has namespaces of the names that the lessons use: ${namespaces.join(', ')}.`,
    why: `They lack the label ${label}, so they are somebody else's, and cleaning up would delete them.`,
    next: [
      'Take another cluster: meshwalk --world cluster --context NAME',
      `Or, if the lessons may have them and delete them: kubectl label namespace ${namespaces.join(' ')} ${label}`,
    ],
  }),
  'cluster.no-rights': (context: string, message: string) => ({
    what: `The user of context "${context}" may not look around in the cluster.`,
    why: `${message}. The lessons make namespaces and change the settings of the mesh, which takes an administrator's rights.`,
    next: ['kubectl auth can-i --list'],
  }),
  'mesh.none': (context: string) => ({
    what: `The cluster of context "${context}" has no Open Service Mesh.`,
    why: 'No Deployment there carries the label app=osm-controller.',
    next: [
      'For a practice cluster, with the osm program of OSM 1.2: osm install --set osm.enablePermissiveTrafficPolicy=true,osm.enableEgress=true',
      'On AKS: az aks enable-addons --addons open-service-mesh --resource-group GROUP --name CLUSTER',
      'Without a cluster: meshwalk --world sandbox',
    ],
  }),
  'mesh.other-name': (meshes: string, wanted: string) => ({
    what: `The mesh of the cluster is called ${meshes}, and the lessons speak of ${wanted}.`,
    why: 'Namespaces join a mesh by its name, and both AKS and osm install call theirs so.',
    next: ['Take a cluster whose mesh has that name: meshwalk --world cluster --context NAME'],
  }),
  'cleanup.not-ours': (namespace: string, label: string) => ({
    what: `The namespace ${namespace} is left alone.`,
    why: `It does not carry the label ${label} any more.`,
    next: [`kubectl get namespace ${namespace} --show-labels`],
  }),
};
