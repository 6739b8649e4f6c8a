import { grammarOf } from '../grammar.ts';

// Lists have no comma before "and" here.
const { counted, form, listed, short } = grammarOf('en-GB');

const nodes = { one: 'Node', other: 'Nodes' };
const lines = { one: 'line', other: 'lines' };
const requests = { one: 'request', other: 'requests' };
const attempts = { one: 'attempt', other: 'attempts' };

/**
 * Conditions of checks, a group for each kind: `title` and its like say what is wanted, the rest is what was expected and
 * seen, after those words. Objects, fields, commands and what servers answer are given.
 */
export const conditions = {
  /** Wherever something is asked that may not answer. */
  asking: {
    cluster: 'The cluster',
    podPort: (port: number, pod: string) => `Port ${port} of Pod ${pod}`,
    loginRefused: (whom: string, message: string) => `${whom} does not accept your login, or no longer: ${message}`,
    isBusy: (whom: string, seconds: number) =>
      seconds > 0 ? `${whom} has too much to do and asks us to wait ${seconds} s` : `${whom} has too much to do`,
    refuses: (whom: string, message: string) => `${whom} does not let us look: ${message}`,
    answersError: (whom: string, message: string) => `${whom} answered with an error: ${message}`,
    cannotBeAsked: (whom: string, message: string) => `${whom} cannot be asked: ${message}`,
    stopped: 'The look was stopped before it ended.',
    noAnswerIn: (seconds: number) => `There was no answer in ${seconds} s.`,
    noSuchKind: (kind: string) => `There is no kind of condition "${kind}".`,
    wantsCluster: 'a cluster that kubectl talks to',
    noContext: 'your kubeconfig has no current context',
    otherContext: (name: string) => `the context ${name} leads to another cluster than the lessons'`,
  },
  /** What a value is to be like. */
  values: {
    anythingBut: (value: string) => `anything but ${value}`,
    somethingWith: (value: string) => `something with ${value}`,
    matches: (pattern: string) => `text that matches ${pattern}`,
    orMore: (least: number) => `${least} or more`,
    any: 'any value',
    none: 'no value',
    nothing: 'nothing',
  },
  all: (items: readonly string[]) => listed(items),
  notDeployed: (workload: string) => `${workload} is not deployed`,
  callerWithoutSidecar: 'the caller has no sidecar, so the mesh does not see it',
  noPodRuns: (workload: string) => `no pod of ${workload} is running`,
  /** What something is still waiting for. */
  waits: {
    pod: (pod: string, what: string) => `Pod ${pod}: ${what}`,
    kubelet: 'waiting for its Node to take it on',
    noNode: (why: string) => `no Node has room for it (${why})`,
    newNode: (why: string) => `waiting for a new Node (${why})`,
    pulls: (image: string) => `image ${image} is being pulled`,
    creating: 'its containers are being created',
    initRuns: (name: string, index: number, count: number) => `init container ${name} runs (${index} of ${count})`,
    crashed: (name: string, code: number, times: number, why: string) =>
      `container ${name} ended with code ${code} and was started again ${counted(times, { one: 'time', other: 'times' })} (${why})`,
    waitsBecause: (name: string, why: string) => `container ${name} waits (${why})`,
    told: (reason: string, message: string) => `${reason} (${message})`,
    probeFails: (name: string, why: string) => `container ${name} runs and is not ready (${why})`,
    notReady: (name: string) => `container ${name} runs and is not ready`,
    settling: 'all containers run; the pod is not ready yet',
    noEndpoint: (service: string) => `Service ${service} has no pod that is ready`,
    refused: (message: string) => `no pod could be made (${message})`,
    older: (pod: string, object: string) =>
      `the sidecar of Pod ${pod} has a configuration from before the change of ${object}`,
  },
  inNamespace: (what: string, namespace: string) => `${what} in namespace ${namespace}`,
  answer: {
    title: 'The question is answered right',
    expected: 'the right answer',
    notGiven: 'no answer yet',
    given: (answer: string) => `the answer "${answer}"`,
  },
  azureCluster: {
    group: (name: string) => `resource group ${name}`,
    groupGone: (name: string) => `Resource group ${name} is gone`,
    groupExists: (name: string) => `Resource group ${name} exists`,
    runs: (name: string, group: string) => `Cluster ${name} runs in resource group ${group}`,
    runsWith: (name: string, group: string, addons: readonly string[]) =>
      `Cluster ${name} runs in resource group ${group} with ${listed(addons)}`,
    addonOn: (name: string) => `${name} on`,
    addonOff: (name: string) => `${name} off`,
    noAzure: 'This world has no Azure to look at.',
    aGroup: (name: string) => `a resource group ${name}`,
    noGroup: (name: string) => `no resource group ${name}`,
    thereIsNoGroup: (name: string) => `there is no resource group ${name}`,
    cluster: (name: string) => `cluster ${name}`,
    clusterIn: (name: string, group: string) => `cluster ${name} in resource group ${group}`,
    notInGroup: (name: string) => `the resource group has no cluster ${name}`,
    inState: (cluster: string) => `${cluster} in state Succeeded`,
    state: (state: string) => `state ${state}`,
    failed: (state: string, why: string) => `state ${state}: ${why}`,
    atWork: (state: string, minutes: number, pools: readonly string[]) =>
      [`${state} for ${minutes < 1 ? 'under 1' : minutes} min`, ...pools].join('; '),
    pool: (name: string, nodes: number, state: string) =>
      `${name}: ${counted(nodes, { one: 'node', other: 'nodes' })} ${state}`,
    /** One line of a screen of 80 columns, where the name is as usual. */
    azureSays: (cluster: string, atWork: string) => `Azure: ${cluster} ${atWork}.`,
    isRunning: (cluster: string) => `${cluster} running`,
    powerState: (state: string) => `power state ${state}`,
    addonEnabled: (name: string) => `the add-on ${name} enabled`,
    addonDisabled: (name: string) => `the add-on ${name} disabled`,
    noAddon: 'the cluster does not have it',
    isEnabled: 'it is enabled',
    isDisabled: 'it is disabled',
    facts: (name: string, version: string, count: number) =>
      `${name}: Kubernetes ${version}, ${counted(count, { one: 'node', other: 'nodes' })}`,
    withAddonOn: (name: string) => `, ${name} enabled`,
    withAddonOff: (name: string) => `, ${name} disabled`,
    isGone: (group: string) => `resource group ${group} is gone`,
    isBeingDeleted: 'it is being deleted',
    stillHas: (name: string) => `it still has the cluster ${name}`,
    stillThere: 'it is still there',
  },
  certificate: {
    title: (workload: string, identity: string, more: readonly string[]) =>
      [`Sidecars of ${workload} show a certificate of ${identity}`, ...more].join(', '),
    atMost: (minutes: number) => `for ${minutes} minutes at most`,
    underRoot: (secret: string) => `under the root in Secret ${secret}`,
    another: 'another one than before',
    expected: (identity: string) => `a certificate of ${identity}`,
    unreadable: (pod: string) => `The certificates of Pod ${pod} cannot be read.`,
    noneYet: (pod: string) => `Pod ${pod} has no certificate yet`,
    sidecarOf: (pod: string) => `sidecar of Pod ${pod}, /certs`,
    minutesAtMost: (minutes: number) => `${minutes} minutes at most`,
    validFor: (minutes: number) => `it is valid for ${minutes} minutes`,
    aNewOne: 'a new certificate',
    stillThatOne: (serial: string) => `still the one of before, ${serial}`,
    itsRoot: (serials: string) => `its root has the serial number ${serials}`,
    wantedRoot: (serial: string) => `the root with the serial number ${serial}`,
    facts: (names: string, serial: string, minutes: number) =>
      `${names}, serial number ${serial}, valid for ${minutes} minutes`,
  },
  containerRestarted: {
    title: (container: string, workload: string) => `Container ${container} of ${workload} ends and is started again`,
    expected: (container: string) => `container ${container} started again`,
    runsAgain: (container: string, pod: string, count: number) =>
      `${container} of Pod ${pod} runs again, ${counted(count, { one: 'restart', other: 'restarts' })}`,
    notBackYet: (container: string, pod: string) => `${container} of Pod ${pod} ended, and is not back yet`,
    noSuchContainer: (container: string) => `the pod has no container ${container}`,
    didNotEnd: 'it did not end since the task began',
  },
  http: {
    rises: (field: string, url: string) => `${field} rises at ${url}`,
    answers: (url: string, status: number) => `${url} answers with ${status}`,
    answersWith: (url: string, status: number, text: string) => `${url} answers with ${status} and ${text}`,
    expected: (status: number, url: string) => `an answer with status ${status} from ${url}`,
    saw: (status: number, page: string) => `status ${status}, ${page}`,
    status: (status: number) => `status ${status}`,
    pageWithout: (page: string) => `a page without it: ${page}`,
    pageWith: (text: string) => `a page with ${text}`,
    pageMatching: (pattern: string) => `a page that matches ${pattern}`,
    twoPrograms: (port: string, page: string, other: string, says: string) =>
      `two programs on port ${port}: the page is at ${page}, another program answers at ${other} (${says})`,
    rising: (field: string) => `${field} rising`,
    noNumber: (field: string, page: string) => `no number ${field} in ${page}`,
    rose: (field: string, from: number, to: number) => `${field} went from ${from} to ${to}`,
    nothingListens: (port: string) => `nothing listens on port ${port}`,
    closed: 'the connection was closed without an answer',
    comingUp: (commands: readonly string[]) => `${listed(commands)} ended and is being started again`,
    emptyPage: 'an empty page',
  },
  kubeContext: {
    talks: 'kubectl talks to a cluster that answers',
    talksTo: (context: string) => `kubectl talks to cluster ${context}`,
    nodesReady: (count: number) => ` and ${counted(count, nodes)} or more are Ready`,
    aContext: 'a current context',
    noContext: 'no current context',
    context: (name: string) => `the current context ${name}`,
    answers: (context: string, server: string) => `context ${context}, and ${server} answers`,
    ready: (count: number) => `${counted(count, nodes)} Ready`,
    contextReady: (context: string, count: number) => `context ${context}, ${counted(count, nodes)} Ready`,
  },
  logs: {
    title: (selector: string, namespace: string, count: number, text: string) =>
      `Pods ${selector} in ${namespace} log ${counted(count, lines)} with ${text}`,
    expected: (count: number, text: string) => `${counted(count, lines)} with ${text}`,
    noSuchPod: 'there is no such pod',
    saw: (count: number) => `${counted(count, { one: 'such line', other: 'such lines' })} since the task began`,
  },
  meshConfig: {
    title: (settings: readonly string[]) => `MeshConfig has ${listed(settings)}`,
    noMesh: 'there is no MeshConfig: no mesh is installed',
  },
  metric: {
    title: (series: string, workload: string, growth: number) =>
      `Prometheus sees ${series} of ${workload} grow by ${growth}`,
    expected: (series: string, growth: number) => `${series} grown by ${growth}`,
    notScraped: 'the pod does not ask to be scraped',
    grown: (growth: number) => `grown by ${growth}`,
    soFar: (growth: number) => `grown by ${growth} since the task began`,
  },
  namespacesInMesh: {
    title: (names: readonly string[]) =>
      `${form(names.length, { one: 'Namespace', other: 'Namespaces' })} ${listed(names)} ${form(names.length, { one: 'is', other: 'are' })} in the mesh`,
    aNamespace: (name: string) => `a namespace ${name}`,
    missing: 'it does not exist',
    wantsLabel: (label: string) => `the label ${label}`,
    noLabel: 'no such label: the mesh does not watch it',
    wantsAnnotation: (annotation: string) => `the annotation ${annotation}`,
    noAnnotation: 'no such annotation: its pods get no sidecar',
    monitored: (names: readonly string[], mesh: string) => `${listed(names)} monitored by ${mesh}`,
  },
  resource: {
    hasField: (object: string, field: string, value: string) => `${object} has ${field} = ${value}`,
    gone: (object: string) => `${object} is gone`,
    exists: (object: string) => `${object} exists`,
    is: (object: string, value: string) => `${object} is ${value}`,
    noKind: (kind: string) => `the cluster has no kind ${kind}`,
    noKindNoMesh: (kind: string) => `the cluster has no kind ${kind}; the mesh that brings it is not installed`,
    itExists: 'it exists',
    missing: 'it does not exist',
    thereIsNo: (object: string) => `there is no ${object}`,
    isThere: (object: string) => `${object} is there`,
    wantsNo: (object: string) => `no ${object}`,
    isBeingDeleted: 'it is being deleted',
    stillThere: 'it is still there',
    different: 'an object that is different',
  },
  sidecarCounter: {
    title: (workload: string, growth: number, counter: string) =>
      `Sidecars of ${workload} count ${growth} more in ${counter}`,
  },
  trafficDenied: {
    title: (from: string, to: string) => `${from} tries to reach ${to} and fails`,
    expected: (count: number, from: string, to: string) =>
      `${counted(count, attempts)} of ${from} to reach ${to}, none with success`,
    podOutsideMesh: 'a pod without a sidecar answers for the Service, so the mesh denies nothing',
    counter: (from: string, to: string) => `sidecar of ${from}, cluster ${to}, upstream_rq_2xx`,
    succeeded: (count: number) => `${counted(count, requests)} that succeeded`,
    saw: (count: number) => `${counted(count, attempts)}, none with success`,
    soFar: (count: number) => `${counted(count, attempts)}, none with success so far`,
  },
  trafficFlows: {
    title: (from: string, answers: string, to: string) => `${from} gets ${answers} from ${to}`,
    success: 'success',
    status: (code: string) => `status ${code}`,
    expected: (count: number, from: string, to: string, answers: string) =>
      `${counted(count, requests)} from ${from} to ${to} with ${answers}`,
    saw: (count: number, answers: string) => `${counted(count, requests)} with ${answers}`,
    soFar: (count: number) => `${counted(count, { one: 'such request', other: 'such requests' })} since the task began`,
    others: (count: number) => `, and ${count} that ended otherwise`,
  },
  trafficSplit: {
    asDeclared: (from: string, split: string) => `Requests of ${from} are shared as TrafficSplit ${split} says`,
    title: (from: string, shares: string) => `Requests of ${from} are shared: ${shares}`,
    share: (name: string, percent: number) => `${name} ${short(percent)} %`,
    expected: (shares: string, percent: number) => `${shares}, give or take ${short(percent)} %`,
    withWeights: (name: string) => `a TrafficSplit ${name} with weights`,
    noWeight: 'no backend has a weight above 0',
    missing: 'it does not exist',
    noService: (name: string) => `there is no Service ${name}`,
    unreadable: 'The configuration of the sidecar cannot be read.',
    notCallable: (service: string) => `no pod of ${service} is ready to be called`,
    inForce: 'the weights are in force; counting starts now',
    mustGetOne: (counts: string, service: string) => `${counts}; ${service} must get one, too`,
    sure: (counts: string, percent: number, chances: number) =>
      `${counts}; one that is off by more than ${short(percent)} % would pass once in ${chances} times at most`,
    tooFew: (counts: string) => `${counts}; too few to tell`,
    weightOf: (namespace: string, service: string) => `TrafficSplit in ${namespace}, weight of ${service}`,
    noRequest: 'no request to any backend',
    counts: (count: number, parts: readonly string[]) => `${counted(count, requests)}: ${listed(parts)}`,
    part: (hits: number, percent: number, service: string) => `${hits} (${percent} %) to ${service}`,
    routesBy: (shares: string) => `its sidecar routes by ${shares}`,
    noSuchSplit: 'its sidecar knows no such split',
    inObject: (shares: string, saw: string) => `${shares} in the object; ${saw}`,
  },
  workloadsReady: {
    title: (workloads: readonly string[]) => `Pods of ${listed(workloads)} are ready`,
    titleWithSidecar: (workloads: readonly string[]) => `Pods of ${listed(workloads)} are ready, each with a sidecar`,
    deployed: (workload: string) => `${workload} deployed`,
    missing: 'there is no Deployment or StatefulSet of that name',
    atLeastOne: 'at least one pod',
    scaledToNone: 'it is scaled to 0',
    sidecarInEach: 'a sidecar in each pod',
    noSidecar: 'it has none: it was made before its namespace joined the mesh, or injection is off',
    ready: (workload: string) => `${workload} ready`,
    container: (pod: string, container: string) => `Pod ${pod}, container ${container}`,
    saw: (ready: number, wanted: number) => `${ready} of ${counted(wanted, { one: 'pod', other: 'pods' })} ready`,
    expected: (wanted: number, workload: string) =>
      `${counted(wanted, { one: 'pod', other: 'pods' })} of ${workload} ready`,
  },
};
