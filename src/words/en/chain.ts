/** Why a request ends as it ends, link by link. What proxies and clients print is given, and stays as they print it. */
export const chain = {
  titles: {
    caller: 'caller',
    name: 'name',
    namespace: 'namespace',
    mode: 'mode',
    'client-route': 'client route',
    split: 'split',
    endpoints: 'endpoints',
    server: 'server',
    connection: 'connection',
    'server-route': 'server route',
    identity: 'identity',
  },
  /** What the client sees at the end: by curl's exit code, or the status. */
  sees: {
    reset: 'the connection is reset (curl: 56)',
    refused: 'the connection is refused (curl: 7)',
    emptyReply: 'the connection is closed without an answer (curl: 52)',
    noSuchName: 'the name does not resolve (curl: 6)',
    status: (status: number, words: string) => `status ${status}, ${words}`,
    emptyBody: 'with an empty body',
    emptyBodyForShare: 'with an empty body, for that share',
  },
  caller: {
    hasSidecar: (pod: string, principal: string) => `${pod} has a sidecar; the mesh knows it as ${principal}.`,
    neither: 'Neither the caller nor the server has a sidecar, so the mesh has no part in it.',
    noSidecar: (pod: string) => `${pod} has no sidecar, and the server's sidecar takes mutual TLS only.`,
    restart: (account: string) => `restart it, so that it gets a sidecar (account ${account})`,
    addNamespace: (namespace: string) => `osm namespace add ${namespace}, then restart the pod`,
  },
  name: {
    none: (name: string, namespace: string) => `There is no Service ${name} in ${namespace}.`,
    create: 'create it',
    holds: (host: string, port: number) => `${host} is a Service, and port ${port} is one of its.`,
    declare: (port: number) => `declare ${port}`,
    noPort: (name: string, port: number, ports: string) => `Service ${name} has no port ${port}; it has ${ports}.`,
  },
  namespace: {
    egressOn: (namespace: string) =>
      `${namespace} is not in the mesh. Egress is on, so the sidecar passes the bytes through and looks at none.`,
    egressOff: (namespace: string) => `${namespace} is not in the mesh, and egress is off.`,
    add: (namespace: string) => `osm namespace add ${namespace}, or turn egress on`,
  },
  mode: {
    permissive: 'Permissive mode is on: every Service of the mesh may be called, and TrafficTargets do not count.',
    policies: 'Permissive mode is off: only what a TrafficTarget allows may be called.',
  },
  clientRoute: {
    callerSilent: "the caller's sidecar gave no answer",
    silent: (pod: string) => `The sidecar of ${pod} gave no answer.`,
    holds: (service: string, chain: string) => `The caller's sidecar leads ${service} on (${chain}).`,
    notTold: (pod: string) =>
      `The objects allow it, but the sidecar of ${pod} has not been told: a change takes a few seconds to arrive.`,
    noPod: 'No pod stands behind the Service, so no policy can be about it.',
    selectInMesh: 'select pods that run in the mesh: a policy is about their ServiceAccount',
    ignored: (target: string, why: string) => `${target} names the caller, but counts as absent: ${why}.`,
    makeValid: 'make it valid',
    either: (accounts: readonly string[]) => accounts.join(' or '),
    noSource: (server: string, caller: string) => `No TrafficTarget for ${server} has ${caller} among its sources.`,
    addSource: (source: string) => `add ${source}`,
    noTarget: (server: string) => `No TrafficTarget has ${server} as its destination, and without one nobody may call.`,
    createTarget: (server: string, account: string, namespace: string) =>
      `create one with destination ${server} and source ${account} of ${namespace}`,
    otherNamespace: (target: string, account: string, namespace: string, own: string) =>
      `${target} has a source ${account} with namespace ${namespace}; the caller is of ${own}.`,
    sourceWithoutNamespace: (target: string, account: string, own: string) =>
      `${target} has a source ${account} with no namespace; the caller is of ${own}.`,
    write: (value: string) => `write ${value}`,
  },
  /** Why OSM takes a TrafficTarget as absent. */
  ignored: {
    notInMesh: (namespace: string) => `its namespace ${namespace} is not in the mesh`,
    otherNamespace: (namespace: string, destination: string) =>
      `its namespace ${namespace} is not that of its destination, ${destination}`,
    none: 'none',
    noRules: 'it has no rules',
    foreignRule: (rule: string, kind: string) => `its rule ${rule} is a ${kind}, which voids the whole object`,
  },
  split: {
    shares: (shares: string) => `A TrafficSplit shares the requests: ${shares}.`,
    mayNotCall: (shares: string, backend: string) =>
      `A TrafficSplit shares the requests (${shares}), but the caller may not call ${backend}: that share fails.`,
    createTarget: (backend: string, account: string, namespace: string) =>
      `create one for the ServiceAccount behind ${backend}, with source ${account} of ${namespace}`,
  },
  endpoints: {
    holds: "The caller's sidecar knows pods that are ready.",
    notReady: (pod: string) => `${pod} is not ready, and no other pod is.`,
    mendPod: 'mend it until it is ready',
    selectsNone: 'The Service selects no pod.',
    selectPods: 'select pods that exist',
    notTold: 'Pods are ready, but the sidecar has not been told of them yet.',
    notAccount: (target: string, kind: string) => `${target} names a ${kind}; only a ServiceAccount stands for pods.`,
  },
  server: {
    noSidecar: (pod: string) => `${pod} has no sidecar, and the caller's sidecar speaks mutual TLS to it.`,
    restart: 'restart it, so that it gets a sidecar',
  },
  connection: {
    noChain: (pod: string, service: string) => `${pod} has no chain for ${service} yet.`,
    unexplained: (pod: string, principal: string) =>
      `${pod} refuses ${principal}, and no object says why: the change may be under way.`,
    holds: (principal: string) => `The server's sidecar takes the connection of ${principal}.`,
    noRoute: (target: string, route: string) => `${target} names TCPRoute ${route}, which is not there.`,
    createRoute: (port: number) => `create it, with port ${port}`,
    otherPort: (route: string, ports: string, port: number, rule: number, target: string) =>
      `${route} allows port ${ports}; the pod listens on ${port} (its targetPort counts, rule ${rule} of ${target}).`,
    addPort: (port: number) => `add ${port}`,
  },
  serverRoute: {
    holds: (request: string) => `A route of the server takes ${request}.`,
    unexplained: (pod: string, request: string) => `No route of ${pod} takes ${request}, and no object says why.`,
    noHttpRule: (target: string) => `${target} has no rule about HTTP, so the server has no route for it.`,
    addRule: (request: string) => `add a rule of kind HTTPRouteGroup with a match for ${request}`,
    noGroup: (target: string, group: string) => `${target} names HTTPRouteGroup ${group}, which is not there.`,
    noMatches: (target: string, group: string) =>
      `${target} names no match of HTTPRouteGroup ${group}, and none means none.`,
    nameMatches: (group: string) => `name matches of ${group}`,
    nameOneOf: (matches: string) => `name one of ${matches}`,
    noSuchMatch: (target: string, match: string, group: string) =>
      `${target} names a match ${match} that ${group} does not have.`,
    path: (match: string, regex: string, path: string) =>
      `Match ${match} wants a path that ${regex} matches from end to end, and ${path} is not one.`,
    matchWhole: (path: string) => `let it match the whole of ${path}`,
    method: (match: string, methods: string, method: string) =>
      `Match ${match} fits the path, but allows ${methods} and not ${method}.`,
    addMethod: (method: string) => `add ${method}`,
    header: (match: string, header: string, regex: string) =>
      `Match ${match} fits path and method, but wants a header ${header} that ${regex} matches.`,
    sendHeader: (header: string) => `send ${header}, or take it out`,
  },
  identity: {
    holds: (principal: string) => `${principal} may use that route.`,
    unexplained: (principal: string) => `${principal} may not use that route, and no object says why.`,
    othersRoute: (target: string) =>
      `The route belongs to other callers; ${target}, which names this one, has no match for it.`,
    addMatch: (request: string) => `add a match for ${request}`,
  },
};
