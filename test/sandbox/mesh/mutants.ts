// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are code
/**
 * One rule of the mesh changed at a time, as text: the tests of the mesh must notice each. `find` stands once in its file.
 * Run by test/tools/mesh-mutants.ts.
 */
export interface Mutant {
  /** Below src/sandbox/mesh. */
  file: string;
  /** The rule that goes. */
  rule: string;
  find: string;
  replace: string;
  /** Why no test can notice, for the few where that is so. */
  survives?: string;
}

const inFile =
  (file: string) =>
  (rule: string, find: string, replace: string, survives?: string): Mutant => ({
    file,
    rule,
    find,
    replace,
    ...(survives && { survives }),
  });

const target = inFile('osm/policy/traffic-target.ts');
const split = inFile('osm/policy/traffic-split.ts');
const service = inFile('osm/policy/mesh-service.ts');
const outbound = inFile('osm/policy/outbound.ts');
const inbound = inFile('osm/policy/inbound.ts');
const snapshot = inFile('osm/policy/snapshot.ts');
const route = inFile('route.ts');
const chain = inFile('filter-chain.ts');
const rbac = inFile('network-rbac.ts');
const rejection = inFile('rejection.ts');
const rules = inFile('http-rules.ts');
const listener = inFile('listener-runtime.ts');
const health = inFile('health-check.ts');
const upstream = inFile('upstream.ts');
const tcp = inFile('tcp-proxy.ts');
const informer = inFile('osm/sdk-informer.ts');
const control = inFile('osm/control-plane.ts');
const iptables = inFile('osm/injector/iptables.ts');

export const mutants: readonly Mutant[] = [
  target(
    'a target lies in the namespace of its destination',
    'spec.destination.namespace === metadata.namespace &&',
    '',
  ),
  target('a target without rules is none', '(spec.rules ?? []).length > 0 &&', ''),
  target(
    'a rule of a third kind voids the target',
    "['HTTPRouteGroup', 'TCPRoute']",
    "['HTTPRouteGroup', 'TCPRoute', 'UDPRoute']",
  ),
  target(
    'a source without namespace names nobody',
    "(reference.namespace ?? '') === namespace",
    '(reference.namespace ?? namespace) === namespace',
  ),
  target('the account counts', 'reference?.name === account &&', ''),
  target(
    'a source must be named',
    'names(reference, source)),\n  );\n}\n\nexport function targetsTo',
    'true),\n  );\n}\n\nexport function targetsTo',
  ),
  target(
    'endpoints want a ServiceAccount as destination',
    "spec?.destination.kind === 'ServiceAccount' &&",
    'spec !== undefined &&',
  ),
  target(
    'endpoints want a ServiceAccount as source',
    "reference.kind === 'ServiceAccount' && names(reference, source)",
    'names(reference, source)',
  ),
  target('a policy that names nobody is for everybody', "names.length === 0 ? { type: 'any' } :", ''),
  target('a missing TCPRoute leaves the target out', 'if (routes.includes(undefined)) return [];', ''),
  target(
    "a TCPRoute is looked for in the target's namespace",
    'metadata.name === name && metadata.namespace === target.metadata.namespace,\n      ),\n    );\n    if',
    'metadata.name === name,\n      ),\n    );\n    if',
  ),
  target(
    'the ports of a TCPRoute bind',
    'destinationPorts: routes.flatMap((route) => route?.spec?.matches?.ports ?? []),',
    'destinationPorts: [],',
  ),
  target(
    'no pathRegex is any path',
    "regex: match.pathRegex || '.*' } as const",
    "regex: match.pathRegex || '' } as const",
  ),
  target('* among methods is any', "methods.length === 0 || methods.includes('*')", 'methods.length === 0'),
  target('no methods are any', "methods.length === 0 || methods.includes('*')", "methods.includes('*')"),
  target(
    'methods count',
    ': methods.map((method) => ({ path, method, headers }));',
    ': methods.map(() => ({ path, headers }));',
  ),
  target('headers count', 'return Object.entries(merged)', 'return Object.entries({} as typeof merged)'),
  target(
    'header names in lower case',
    "name === 'host' ? ':authority' : name.toLowerCase()",
    "name === 'host' ? ':authority' : name",
  ),
  target(
    'equal matches merge with all their principals',
    'known.allowed.add(principal);',
    'if (!merged.has(keyOf(match))) known.allowed.add(principal);',
  ),
  target(
    'matches merge as lists of methods',
    'match.methods?.length ? match.methods :',
    'match.methods?.length ? match.methods.slice(0, 1) :',
  ),
  target('only HTTPRouteGroups have routes', "if (rule.kind !== 'HTTPRouteGroup') return [];", ''),
  target('a route carries its principals', 'rbac: asPrincipals([...allowed])', "rbac: { type: 'any' }"),

  split(
    'two parts with an unknown namespace are a pod of a service',
    'return monitored.has(second) ? { service: first } : ofPod;',
    'return { service: first };',
  ),
  split(
    'three parts with a namespace at the end are a pod of a service',
    'return monitored.has(third) ? ofPod : { service: first };',
    'return { service: first };',
  ),
  split('four parts are taken for a pod', '    case 4:\n', ''),
  split('the port is cut off', "(host.split(':')[0] ?? '')", 'host'),
  split(
    'a split holds in its own namespace',
    'metadata.namespace === namespace &&\n  spec !== undefined',
    'spec !== undefined',
  ),
  split('the first of two splits counts', 'return found[0];', 'return found.at(-1);'),
  split('two splits are complained about', 'if (found.length > 1) {', 'if (found.length > 2) {'),
  split(
    'a leaf answers for the roots of its own namespace',
    'metadata.namespace === namespace && (spec?.backends',
    '(spec?.backends',
  ),
  split(
    'a root that reads as a pod keeps the pod in its name',
    'subdomain === undefined ? service : `${subdomain}.${service}`',
    'service',
  ),
  split(
    'the port of the same number gives the name',
    'candidate.port === root.port)?.name',
    'candidate.port !== undefined)?.name',
  ),
  split('a backend without that port is dropped', 'if (targetPort === undefined) {', 'if (targetPort === null) {'),
  split('a backend listed twice is one', 'clusters.set(`${cluster} ${weight}`', 'clusters.set(`${clusters.size}`'),
  split(
    'a negative weight becomes a huge one',
    'weight: weight < 0 ? weight + 2 ** 32 : weight',
    'weight: Math.max(0, weight)',
  ),
  split(
    'weights that add up to nothing leave no cluster',
    'if (total >= 1) return unsigned(clusters);',
    'return unsigned(clusters);',
  ),

  service('appProtocol comes first', 'if (port.appProtocol) return port.appProtocol.toLowerCase();', ''),
  service('the prefix of a port name tells the protocol', "?? 'http';\n}", "&& 'http';\n  return 'http';\n}"),
  service('the name of the port chooses among several', 'ports.find(({ name }) => name === portName)', 'ports[0]'),
  service(
    'only endpoints of the target port',
    '.filter(({ ports }) => (ports ?? []).some(({ port }) => port === targetPort))',
    '',
    'a subset of other ports never holds ready addresses of a port that has another subset: the endpoints controller repeats them',
  ),
  service(
    'a hostname is its pod alone',
    '.filter((address) => hostname === undefined || address.hostname === hostname)',
    '',
  ),
  service(
    'a headless Service is found at its pods',
    "if (clusterIP && clusterIP !== 'None') return [clusterIP];",
    'if (clusterIP) return [clusterIP];',
  ),
  service('bare names only within the namespace', '...(sameNamespace ? [name] : []),', 'name,'),
  service('names with the port', 'names.flatMap((host) => [host, `${host}:${port}`])', 'names'),
  service(
    'names without the port',
    'names.flatMap((host) => [host, `${host}:${port}`])',
    'names.map((host) => `${host}:${port}`)',
  ),

  outbound(
    'by policies only allowed services',
    'isPermissive(snapshot)\n    ? snapshot.services',
    'true\n    ? snapshot.services',
  ),
  outbound(
    'in permissive mode every service',
    'isPermissive(snapshot)\n    ? snapshot.services',
    'false\n    ? snapshot.services',
  ),
  outbound('only endpoints of allowed accounts', '.filter(({ podName }) => isAllowed(podName))', ''),
  outbound(
    'SAN of the server is checked',
    'matchSubjectAltNames: [...new Set(accounts)].sort()',
    'matchSubjectAltNames: []',
  ),
  outbound('SNI is the service', 'serverName: services.fqdnOf(meshService)', "serverName: 'x'"),
  outbound(
    'a chain matches the ClusterIP',
    'destinationRanges: services.destinationIps(snapshot, meshService).map((ip) => `${ip}/32`),',
    'destinationRanges: [],',
  ),
  outbound('a chain matches the port', '      destinationPort: port,\n', ''),
  outbound(
    'an unsupported protocol has no chain',
    'if (!http && !services.isTcp(meshService.protocol)) {',
    "if (meshService.protocol === '') {",
  ),
  outbound('a TCP root without backends has no chain', '&& (http || clusters.length > 0)', ''),
  outbound(
    'TCP has no virtual host',
    'if (!http) continue;',
    '',
    'a virtual host for a TCP service only matters to clients of an HTTP service on the same port, who would be answered by TCP bytes',
  ),
  outbound('egress adds the passthrough chain', '...(egress ? { defaultFilterChain: egressChain } : {}),', ''),
  outbound(
    'without chain and egress there is no listener',
    'if (filterChains.length === 0 && !egress) return undefined;',
    '',
  ),
  outbound('server-first ports are not looked at', 'inspectionDisabledPorts: serverFirstPorts,', ''),
  outbound('nothing is looked at without egress policies', 'inspectTls: inspect,', 'inspectTls: true,'),
  outbound('connections are logged', 'logsConnections: true,', ''),
  outbound(
    'TCP weights become unsigned',
    'clusters: unsigned(clusters) }',
    'clusters }',
    'a negative weight is below 1 and refused as such; unsigned it is refused by its sum',
  ),

  inbound('only services that select the pod', 'isSelected(service.spec.selector, metadata.labels),', 'true,'),
  inbound(
    'only services of the namespace',
    'service.metadata.namespace === metadata.namespace && isSelected',
    'isSelected',
  ),
  inbound(
    'a chain matches the target port',
    'destinationPort: targetPort,',
    '',
    'SNI and ALPN tell services apart, and one service on two target ports has two chains of one SNI, which Envoy refuses as overlapping',
  ),
  inbound('a chain matches the SNI', 'serverNames: [services.fqdnOf(meshService)],', ''),
  inbound('plaintext is not taken', "transportProtocol: 'tls',", '', 'ALPN osm implies TLS'),
  inbound('only the ALPN of the mesh', "applicationProtocols: ['osm'],", ''),
  inbound('a client certificate is asked for', 'requireClientCertificate: true,', 'requireClientCertificate: false,'),
  inbound(
    'by policies connections are asked about',
    ": { networkRbac: { statPrefix: 'network-', policies: networkPolicies(snapshot, self) } }),",
    ': {}),',
  ),
  inbound('permissive mode asks about no connection', 'isPermissive(snapshot)\n      ? {}', 'false\n      ? {}'),
  inbound(
    'permissive mode has one route for all',
    'if (!isPermissive(snapshot)) return httpRoutes',
    'if (snapshot) return httpRoutes',
  ),
  inbound(
    'by policies routes come from targets',
    'if (!isPermissive(snapshot)) return httpRoutes',
    'if (!snapshot) return httpRoutes',
  ),
  inbound(
    'a leaf answers for its roots',
    '[meshService.name, ...rootsOf(snapshot, meshService)]',
    '[meshService.name]',
  ),
  inbound(
    'a root that selects the pod counts once',
    'if (!found.has(key)) found.set(key, { ...meshService, name });',
    'found.set(`${found.size}`, { ...meshService, name });',
  ),
  inbound(
    'a root on another port is another service',
    'const key = [name, port, targetPort, protocol].join();',
    'const key = [name, targetPort, protocol].join();',
  ),
  inbound(
    'a root has a local cluster',
    'served.map((meshService) => [services.localClusterNameOf',
    'own.map((meshService) => [services.localClusterNameOf',
  ),
  inbound('the app is on loopback', "endpoints: [{ ip: '127.0.0.1', port }]", "endpoints: [{ ip: '127.0.0.2', port }]"),
  inbound(
    'no service, no listener',
    'filterChains.length === 0\n        ? undefined',
    'filterChains.length < 0\n        ? undefined',
  ),
  inbound('connections are logged', 'logsConnections: true,', ''),

  snapshot('an empty selector selects nothing', 'wanted.length > 0 && wanted.every', 'wanted.every'),
  snapshot('every label of a selector counts', 'wanted.every(', 'wanted.some('),

  route(
    'the query is not matched',
    'return matches(query < 0 ? text : text.slice(0, query));',
    'return matches(text);',
  ),
  route('expressions match the whole', 'regex.testExact(text)', 'regex.test(text)'),
  route('the method counts', '(method === undefined || method(request.method)) &&', ''),
  route('headers count', 'value !== undefined && matches(value);', 'true;'),
  route('the authority is no header', "name === ':authority' ? request.authority : ", ''),
  route('there is no header host', "name === 'host' ? undefined : ", ''),
  route('Host in either case', 'byDomain.get(request.authority.toLowerCase())', 'byDomain.get(request.authority)'),
  route(
    'the first route wins',
    'host.routes.find(([, matches]) => matches(request))',
    'host.routes.findLast(([, matches]) => matches(request))',
  ),
  route('weights are relative', 'let rest = roll * total;', 'let rest = roll * 100;'),
  route(
    'a weight of 0 is never drawn',
    'if (rest < choice.weight) return choice;',
    'if (rest <= choice.weight) return choice;',
  ),
  route('a single cluster needs no weight', 'if (choices.length === 1) return choices[0];', ''),
  route('a principal is one of the names', 'names.includes(name));', 'names.includes(name) || true);'),

  chain(
    'the port comes first',
    'among(destinationPort === undefined ? undefined : [destinationPort]',
    'among(undefined as number[] | undefined',
  ),
  chain(
    'ranges of the destination',
    'among(destinationRanges, (cidr)',
    'among(undefined as string[] | undefined, (cidr)',
  ),
  chain(
    'protocols of the application',
    'among(match.applicationProtocols,',
    'among(undefined as string[] | undefined,',
  ),
  chain('the default comes last', 'remaining[0] ?? defaultChain', 'defaultChain ?? remaining[0]'),

  rbac('no policy, everybody', 'if (!rbac) return true;', 'if (!rbac) return false;'),
  rbac('the principal counts', 'isPrincipal(principals, peerNames) &&', ''),
  rbac('the port counts', 'destinationPorts.includes(destinationPort)', 'true'),
  rbac('no ports, every port', 'destinationPorts.length === 0 ||', ''),

  rejection('two hosts of one domain', 'if (seen.has(domain)) {', 'if (false as boolean) {'),
  rejection('weights of nothing', 'if (clusters.length === 0 || total < 1) {', 'if (false as boolean) {'),
  rejection('weights beyond 32 bits', 'if (total > 4294967295)', 'if (total > Infinity)'),
  rejection('a TCP weight below 1', 'weight < 1)', 'weight < 0)'),
  rejection('a single TCP weight does not matter', 'filter.clusters.length > 1 &&', ''),

  rules(
    'no virtual host is a 404',
    "localReply(404, '', 'NR', 'route_not_found')",
    "localReply(403, '', 'NR', 'route_not_found')",
  ),
  rules('no_route is counted', 'stats.noRoute.value++;', ''),
  rules('principals are asked for', 'if (!isPrincipal(route.rbac, asking.peerNames)) {', 'if (false as boolean) {'),
  rules('denials are counted', 'stats.denied.value++;', ''),
  rules('admissions are counted', 'stats.allowed.value++;', ''),
  rules('no cluster is an empty 503', "localReply(503, '', 'NC'", "localReply(503, 'no cluster', 'NC'"),
  rules('no endpoint says so', "'no healthy upstream', 'UH'", "'', 'UH'"),
  rules('no endpoint is counted', 'upstream.stats.cxNoneHealthy.value++;', ''),

  listener(
    'no chain is a reset',
    'socket.resetAndDestroy();\n      this.#parts.log(unmatchedLine',
    'socket.end();\n      this.#parts.log(unmatchedLine',
  ),
  listener('no chain is counted', "this.#scope.counter('no_filter_chain_match').value++;", ''),
  listener(
    'refused connections are closed',
    '    if (!allowed) {\n      socket.destroy();\n      return;\n    }\n',
    '',
  ),
  listener(
    'kept connections are asked about again',
    'else if (!isAllowed(next.networkRbac, connection)) connection.socket.destroy();',
    '',
  ),
  listener(
    'kept connections of a lost chain end',
    'if (!next || !isSameKind(connection.chain, next)) this.#drain(connection);',
    'if (!next || !isSameKind(connection.chain, next)) continue;',
  ),
  listener('connections are logged when they close', "&& !(allowed && filter.type === 'tcp')", '&& false'),
  listener(
    'listener filters give up after fifteen seconds',
    'const inspectionTimeoutMs = 15_000;',
    'const inspectionTimeoutMs = 14_000;',
  ),
  listener(
    'allowed connections are counted',
    "rbac.${allowed ? 'allowed' : 'denied'}",
    "rbac.${allowed ? 'denied' : 'allowed'}",
  ),

  health('a check without an answer counts towards the threshold', "outcome === 'refused' || ", ''),
  health(
    'a good check starts the count of failures anew',
    'this.#failures = 0;\n    this.#successes++',
    'this.#successes++',
  ),
  health('endpoints are unhealthy until asked', 'host.failsHealthChecks = true;', 'host.failsHealthChecks = false;'),
  health('unused clusters are asked each minute', 'this.#parts.hasTraffic() ? ', 'true ? '),
  upstream('fewer than half healthy is a panic', 'healthy.length * 2 <', 'healthy.length <'),
  upstream('what fails is skipped', 'this.#isPanicking ? hosts : healthy', 'hosts'),
  upstream('healthy endpoints stay until they fail', 'this.#health !== undefined && ', 'false && '),
  rules('an answered health check is not counted', ' && record.details !== healthCheckOk', ''),

  tcp('no cluster is NC, no endpoint UH', "finish(upstream ? 'UH' : 'NC'", "finish(upstream ? 'NC' : 'UH'"),
  tcp('a failed connection is UF,URX', "'UF,URX'", "'-'"),

  informer('a fraction stalls TrafficSplits', '!Number.isInteger(weight)', 'Number.isNaN(weight)'),
  informer(
    'a header item of two keys stalls HTTPRouteGroups',
    'Object.keys(item).length > 1',
    'Object.keys(item).length > 9',
  ),
  control(
    'the pod is found by its label',
    'metadata.labels?.[proxyUuidLabel] === proxy.uuid',
    "metadata.labels?.['app'] !== undefined",
  ),
  control('an unknown pod is complained about', '`Did not find Pod with label', '`Could not find Pod with label'),
  iptables('PodIP mode sends loopback to the pod', "localProxyMode === 'PodIP' ? [toPodIp] : []", '[] as string[]'),
];
