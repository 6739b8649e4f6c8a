/**
 * What OSM 1.2's data plane does, one row per fact, under the ids that tests carry. `derived` and `unverified` say how sure
 * the fact is: deduced from the configuration that OSM writes and from what Envoy is known to do, or not confirmed at all.
 * The rows about egress policies, ingress, retries and limits (5.6 to 5.9) are elsewhere.
 */
export interface FactRow {
  id: string;
  fact: string;
  sure?: 'derived' | 'unverified';
}

const permissive: FactRow[] = [
  { id: 'P1', fact: 'In the mesh any request reaches the app; the answer says server: envoy and how long it took.' },
  { id: 'P2', fact: 'A name that no Service has does not resolve.' },
  { id: 'P3', fact: 'A Service outside the mesh is reached untouched by passthrough while egress is on.' },
  {
    id: 'P4',
    fact: 'With egress off the same connection meets no filter chain: reset over HTTP, no handshake over TLS.',
    sure: 'derived',
  },
  {
    id: 'P5',
    fact: "A server without a sidecar fails the client sidecar's TLS handshake: 503 over HTTP, closed over TCP.",
    sure: 'derived',
  },
  { id: 'P6', fact: 'A client outside the mesh is reset by the server sidecar.' },
  {
    id: 'P7',
    fact: 'A pod called by its address gets passthrough and hangs up; reset with egress off.',
    sure: 'derived',
  },
  { id: 'P8', fact: 'A port that the Service does not declare ends as an address without a chain.', sure: 'derived' },
  { id: 'P9', fact: 'The right ClusterIP under an unknown Host is a 404 of the client sidecar.' },
  { id: 'P10', fact: 'A host outside the cluster is reached end to end while egress is on, headers untouched.' },
  { id: 'P11', fact: 'With egress off it is refused where there is no outbound listener, reset where there is one.' },
  { id: 'P12', fact: 'An app that does not listen is a 503 of the server sidecar.' },
  { id: 'P13', fact: 'An app that listens on the pod IP alone is reached in localProxyMode PodIP only.' },
  { id: 'P14', fact: 'A Service without ready endpoints is 503 no healthy upstream.' },
  { id: 'P15', fact: 'A Service without selector and endpoints is 503 no healthy upstream, on a cluster of port 0.' },
  { id: 'P16', fact: 'A port whose appProtocol is https has no chain, so the egress flag decides.' },
  { id: '5.1 ignored', fact: 'Permissive mode ignores TrafficTargets and their routes.' },
];

const policies: FactRow[] = [
  { id: 'S1', fact: 'A client that no policy names is refused while egress is off.' },
  { id: 'S2', fact: 'With egress on it is connected and hung up on.', sure: 'derived' },
  {
    id: 'S3',
    fact: 'A client that may call something else is reset; by the ClusterIP of one it may call, Host decides.',
    sure: 'derived',
  },
  { id: 'S4', fact: 'What a route of the TrafficTarget matches is answered by the app.' },
  { id: 'S5', fact: 'A path of no route is a 404 of the server sidecar.' },
  { id: 'S6', fact: 'A method of no route is a 404 too, HEAD included.' },
  { id: 'S7', fact: 'A header that is missing or differs is a 404.' },
  { id: 'S8', fact: 'An account that no policy names is never told 403.' },
  { id: 'S9', fact: "A route that belongs to another account's policy is 403 RBAC: access denied." },
  { id: 'S10', fact: 'A missing route group, an unknown match and no matches leave 404 for every path.' },
  {
    id: 'S11',
    fact: 'A missing TCPRoute leaves the target out on the server: 503 over HTTP, closed over TCP.',
    sure: 'derived',
  },
  { id: 'S12', fact: 'Rules for HTTP alone let TCP through on every port of the account.' },
  { id: 'S13', fact: 'A TCPRoute alone opens the door of an HTTP service and no route in it: 404.' },
  { id: 'S14', fact: 'With both kinds of rules the ports of the TCPRoute bind HTTP too: 503 on the others.' },
  { id: 'S15', fact: "A TCPRoute's ports are the pod's, not the Service's.", sure: 'derived' },
  {
    id: 'S16',
    fact: 'A target of another namespace, without rules, with a rule of a third kind, or unmonitored is as if absent.',
  },
  { id: 'S17', fact: 'A source without namespace names nobody.' },
  {
    id: 'S18',
    fact: 'A reference of another kind than ServiceAccount programs a route without endpoints: 503 no healthy upstream.',
  },
  { id: 'S19', fact: 'A policy for the account default holds for every pod that runs under it.' },
  { id: 'S20', fact: 'A client needs no Service of its own.' },
  { id: 'S21', fact: 'A pod that no Service selects is not reachable through the mesh.' },
  { id: 'S22', fact: 'A client outside the mesh is reset.' },
  { id: 'S23', fact: 'The first route that matches decides, whoever may use the next one.' },
  { id: '5.2 whole path', fact: 'Path expressions are RE2 and match the whole path without its query.' },
  { id: '5.2 wildcards', fact: 'No pathRegex is any path, no methods or * among them is any method.' },
  { id: '5.2 headers', fact: 'Header values match wholly, all of them; host is matched against the authority.' },
  {
    id: '5.2 merging',
    fact: 'Equal routes of several targets are one with all their principals; others are appended.',
  },
  { id: '5.2 list order', fact: 'No path is more specific than another: the order of rules and matches decides.' },
  { id: '5.2 deletion', fact: 'Deleting the TrafficTarget ends what it allowed, on kept connections too.' },
  { id: '5.2 gRPC', fact: 'gRPC follows the same table.' },
];

const hosts: FactRow[] = [
  { id: '5.3 host forms', fact: 'Within the namespace ten names match: five lengths, each with and without the port.' },
  { id: '5.3 other namespace', fact: 'From another namespace the two bare names do not match.' },
  { id: '5.3 case', fact: 'Letters match in either case.' },
  { id: '5.3 trailing dot', fact: 'A trailing dot matches nothing.' },
  { id: '5.3 other port', fact: 'Another port in Host matches nothing.' },
  { id: '5.3 HTTP/1.0', fact: 'HTTP/1.0 is answered 426 Upgrade Required.', sure: 'derived' },
  { id: '5.3 host unchanged', fact: 'The server gets the Host that the client sent.' },
];

const splits: FactRow[] = [
  {
    id: '5.4 root names',
    fact: "spec.service is read with OSM's quirks: two, three and four parts may mean another service.",
  },
  { id: '5.4 namespace', fact: 'A split holds for roots of its own namespace only, and only in a monitored one.' },
  { id: '5.4 root service', fact: 'The root needs a Service; by policies also a selector that finds an allowed pod.' },
  { id: '5.4 weights relative', fact: 'Weights are relative and need not add up to 100; each request is drawn anew.' },
  { id: '5.4 weight zero', fact: 'A weight of 0 is never drawn.' },
  {
    id: '5.4 all zero',
    fact: 'Without a usable weight the update is refused: old routes stay, a fresh client has none.',
    sure: 'derived',
  },
  {
    id: '5.4 TCP zero',
    fact: 'Over TCP one weight of 0 beside others refuses the whole outbound listener.',
    sure: 'derived',
  },
  { id: '5.4 TCP single', fact: 'The weight of a single TCP backend does not matter.' },
  { id: '5.4 single backend', fact: 'A single backend takes everything.' },
  { id: '5.4 twice listed', fact: 'A backend listed twice with one weight counts once.' },
  {
    id: '5.4 missing backend',
    fact: 'A backend without Service or endpoints is dropped, and the others share its part.',
  },
  { id: '5.4 port lookup', fact: "The backend's port of the root's number names the port of its endpoints." },
  { id: '5.4 not ready', fact: 'A backend whose pods are not ready costs its share 503 no healthy upstream.' },
  {
    id: '5.4 unauthorised leaf',
    fact: 'A backend whose account the client may not call costs its share an empty 503.',
  },
  { id: '5.4 direct leaf', fact: 'A backend called by its own name is past the split.' },
  { id: '5.4 two splits', fact: 'Of two splits of one root the first counts, and the controller says so.' },
  { id: '5.4 recursive', fact: 'A root may be its own backend: all pods that its Service selects.' },
  { id: '5.4 nested', fact: "A backend that is a root elsewhere is its own cluster, not the other split's." },
  { id: '5.4 round robin', fact: 'Without a split the pods of the root take turns.' },
  {
    id: '5.4 ports differ',
    fact: 'A root and a leaf of the same pods on different ports make the server refuse its routes.',
    sure: 'derived',
  },
  { id: '5.4 TCP', fact: 'TCP is divided per connection.' },
  { id: '5.4 matches', fact: 'spec.matches of later SMI versions means nothing.' },
  {
    id: '5.4 negative',
    fact: 'A negative weight is accepted by the API and refused by the sidecars.',
    sure: 'derived',
  },
  { id: '5.4 fraction', fact: 'A weight with a fraction stalls all updates of TrafficSplits.', sure: 'derived' },
];

const bytes: FactRow[] = [
  { id: '5.5 allowed', fact: 'Bytes flow over mutual TLS in both directions.' },
  { id: '5.5 denied', fact: 'What is not allowed is refused or closed as in 5.2.' },
  { id: '5.5 server first', fact: 'A server that speaks first is heard at once on a tcp-server-first port.' },
  { id: '5.5 client waits', fact: 'On another port its client waits until the listener filters time out, 15 seconds.' },
  { id: '5.5 raw bytes', fact: 'Bytes that are no HTTP get 400 Bad Request on an http port.', sure: 'derived' },
];

const rest: FactRow[] = [
  { id: '5.10 no timeout', fact: 'Routes have no timeout.' },
  { id: '5.10 round robin', fact: 'Endpoints take turns, and none is ejected for its answers.' },
  { id: '5.10 health checks', fact: 'Endpoints are probed only while enableEnvoyActiveHealthChecks is on.' },
  {
    id: '5.10 unhealthy',
    fact: 'Endpoints that fail their checks are skipped, unless fewer than half are healthy.',
    sure: 'derived',
  },
  { id: '5.10 protocol kept', fact: 'HTTP/1.1 stays HTTP/1.1 on the way up.' },
  { id: '5.10 external authorization', fact: 'A denial by the external authorizer is 403.' },
  {
    id: '5.11 response',
    fact: 'The client sees server: envoy and the service time, also of errors that the server sidecar made.',
  },
  { id: '5.11 lower case', fact: 'Names of headers arrive in lower case.' },
  { id: '5.11 local replies', fact: 'What a sidecar answers itself has exactly the headers that Envoy gives it.' },
  { id: '5.11 request', fact: 'The app gets the Host as sent, a request id, and no header of a forwarding proxy.' },
  { id: '5.11 forwarded proto', fact: 'The app is told x-forwarded-proto: http.', sure: 'derived' },
  { id: '5.11 stats headers', fact: "osm-stats-* reach the server app and never the client's.", sure: 'derived' },
  { id: '5.12 controller down', fact: 'Without a controller sidecars keep what they have, and new ones get nothing.' },
  { id: '5.12 startup', fact: 'An app that is quicker than its sidecar is refused.' },
  {
    id: '5.12 namespace removed',
    fact: 'Pods of a namespace that left the mesh keep their last configuration.',
    sure: 'derived',
  },
  { id: '5.12 proxy uuid', fact: 'A pod whose osm-proxy-uuid changed is not found, and the controller says so.' },
  {
    id: '5.13 keys',
    fact: 'A line of the access log has nineteen keys; what is missing is null, what is counted a number.',
  },
  { id: '5.13 sides', fact: 'Both sidecars log the request, each with its own upstream.' },
  { id: '5.13 passthrough', fact: 'Passthrough is logged as a connection without method and path.' },
  { id: '5.13 flags', fact: 'Flags and details name why a request failed.' },
  {
    id: '5.13 connection lines',
    fact: 'A connection that carried HTTP is logged itself when it closes.',
    sure: 'derived',
  },
  {
    id: '5.14 cluster',
    fact: 'Counters of the upstream cluster move with its requests, per class and code.',
    sure: 'unverified',
  },
  {
    id: '5.14 http',
    fact: 'Counters of the connection manager and its RBAC filter move with its requests.',
    sure: 'unverified',
  },
  { id: '5.14 network rbac', fact: 'Connections allowed and denied are counted.', sure: 'unverified' },
  { id: '5.14 listener', fact: 'Connections without a chain are counted on either listener.', sure: 'unverified' },
  { id: '5.14 tcp', fact: 'TCP proxies count under the names of their chains and clusters.', sure: 'unverified' },
  { id: '5.14 server', fact: 'The proxy says that it lives and whether its control plane is connected.' },
  { id: '5.15 pure', fact: '/config_dump shows exactly what the pure policy code decided.' },
  { id: '5.15 listeners', fact: 'Listeners and their filters have the names that OSM gives them.' },
  { id: '5.15 chains', fact: 'Filter chains are named by direction, service, port and protocol.' },
  { id: '5.15 routes', fact: 'Route configurations and virtual hosts are named by direction, port and service.' },
  { id: '5.15 clusters', fact: 'Clusters are named by service and target port.' },
  { id: '5.15 policies', fact: "RBAC policies carry the TrafficTarget's name, and rbac-for-route on a route." },
  { id: '5.15 secrets', fact: 'Secrets are named for the account or the service that they stand for.' },
];

export const rowList: readonly FactRow[] = [...permissive, ...policies, ...hosts, ...splits, ...bytes, ...rest];

/** Rows that no test proves yet, and why. */
export const openRows = new Map<string, string>();
