import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** What is shown and asked before lessons run on something that is the learner's own. */
export const settling = {
  /** Which cluster, from a list of contexts. */
  whichContext: 'The contexts of your kubeconfig; a star marks the current one:',
  pickContext: (count: number) => `On which of them should the lessons run? (1 to ${count}) `,
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
  agree: 'Run the lessons there? (yes or no) ',
  typeContext: 'To run the lessons there, type the name of the context: ',
};
