import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** What is shown and asked before lessons run on something that is the learner's own. */
export const settling = {
  /** Which cluster, from a list of contexts. */
  whichContext: 'The contexts of your kubeconfig; a star marks the current one:',
  pickContext: (count: number) => `On which of them should the lessons run? (${count === 1 ? '1' : `1 to ${count}`}) `,
  cluster: 'The lessons are about to run on this cluster:',
  fields: {
    context: 'context',
    server: 'server',
    mesh: 'mesh',
    namespaces: 'namespaces',
  },
  mesh: (version: string, namespace: string) => `OSM ${version} in ${namespace}`,
  unknownVersion: 'of an unknown version',
  older: 'It is older than OSM 1.2, for which the lessons are written; some will not go as they say.',
  newer: 'It is newer than OSM 1.2, for which the lessons are written; some may not go as they say.',
  willDo: (namespaces: string, label: string) =>
    `They make the namespaces ${namespaces}, each with the label ${label}, and turn settings of the whole mesh.`,
  cleaning: 'meshwalk cleanup --world cluster deletes those namespaces and brings the settings back.',
  progressElsewhere: (context: string) =>
    `Your progress was made on the cluster of context ${context}. To keep the two apart: --profile NAME`,
  production: {
    context: (name: string) => `The context is called ${name}, which looks like production.`,
    cluster: (name: string) => `The cluster is called ${name}, which looks like production.`,
    server: (name: string) => `The server is ${name}, which looks like production.`,
    namespace: (name: string) => `There is a namespace ${name}, which looks like production.`,
  },
  meshInUse: (namespaces: readonly string[]) =>
    `The mesh watches ${counted(namespaces.length, { one: 'namespace', other: 'namespaces' })} of others, whose calls a lesson will deny for a while: ${namespaces.join(', ')}.`,
  aks: {
    title: 'Lesson 1 will create this in Azure, when you confirm its commands there:',
    fields: {
      subscription: 'subscription',
      group: 'resource group',
      cluster: 'cluster',
      region: 'region',
      nodes: 'nodes',
      cost: 'cost',
    },
    nodes: (count: number, size: string | undefined) => `${count}, of ${size ?? 'the size that AKS picks'}`,
    cost: (low: string, high: string) => `$${low} to $${high} for each hour it exists, estimated`,
    source: (source: string, day: string) => `by ${source}, as of ${day}`,
    widened: {
      region: 'The region is in no table of ours, so the range is wide.',
      size: 'The size is in no table of ours, so the range is wide.',
    },
    retirement: {
      supported: (day: string) => `OSM is retired: AKS supports its add-on until ${day}.`,
      ending: (day: string, days: number) =>
        `OSM is retired: AKS supports its add-on until ${day}, for ${counted(days, { one: 'day', other: 'days' })} more.`,
      ended: (day: string) =>
        `AKS has not supported the OSM add-on since ${day}, and may refuse to enable it. The sandbox and a cluster with OSM of its own still work.`,
    },
    change: 'Other names and sizes: --group --cluster --region --nodes --node-size --subscription',
    nothingYet: 'Nothing is created by your answer.',
    agree: 'Go on with these? (yes or no) ',
  },
  agree: 'Run the lessons there? (yes or no) ',
  typeContext: 'To run the lessons there, type the name of the context: ',
};
