import { grammarOf } from '../grammar.ts';

const { counted, decimal, listed } = grammarOf('en');

/** What `meshwalk cleanup` shows, asks and proves. */
export const cleanup = {
  found: {
    aks: 'Of this course, in your subscription and your kubeconfig:',
    cluster: 'Of this course, in the cluster:',
  },
  nothing: {
    aks: 'Nothing of this course is in your subscription, nor in your kubeconfig.',
    cluster: 'Nothing of this course is in the cluster.',
  },
  group: (name: string, location: string) => `resource group ${name} in ${location}`,
  age: (elapsed: string, dollars: number, low: number, high: number) =>
    `exists for ${elapsed}, about $${decimal(dollars, 2)} so far ($${decimal(low, 2)} to $${decimal(high, 2)} an hour, estimated)`,
  underWay: 'its deletion was agreed to before, and goes on',
  managedCluster: (name: string) => `cluster ${name}`,
  nodeGroup: (name: string) => `resource group ${name}, which AKS made for its machines`,
  context: (name: string, file: string) => `context ${name} in ${file}, with its cluster and user`,
  namespace: (name: string, pods: number) =>
    `namespace ${name} with ${counted(pods, { one: 'pod', other: 'pods' })} and all else in it`,
  meshConfig: (name: string, settings: readonly string[]) =>
    `settings of ${name}, to be as they were before the lessons: ${listed(settings)}`,
  untagged: (names: readonly string[], tag: string) =>
    `Named like ours, but without the tag ${tag}, so left alone: ${listed(names)}. If it is yours to delete: az group delete`,
  typeGroup: (name: string) => `To delete ${name} and all that is in it, type its name: `,
  agree: 'Remove all this? (yes or no) ',
  leftAlone: (name: string) => `${name} is left as it is.`,
  going: (name: string, elapsed: string) => `${name} is being deleted: ${elapsed}`,
  podsLeft: (name: string, pods: number) =>
    `${name} is being deleted: ${counted(pods, { one: 'pod', other: 'pods' })} left`,
  gone: { item: (what: string) => `${what}: gone`, settings: (what: string) => `${what}: as before` },
  proved: {
    aks: 'Azure and your kubeconfig were looked at again: nothing of this course is left.',
    cluster: 'The cluster was looked at again: nothing of this course is left.',
  },
  stillThere: 'Looked at again. Still there:',
  goesOn: 'Azure goes on deleting what was agreed to. To see its end: meshwalk cleanup --world aks',
};
