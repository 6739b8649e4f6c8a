// What the last rows of each command's output say when it went well, by `<lesson>/<command>`.
// The course's own words are read from lessons/; only what programs answer is written down here.
export interface LongOutput {
  /** Empty where the end is whatever a log says at that moment. */
  end: string;
  /** Further up, where a learner scrolls to. */
  says: string;
}

export const outputs: Readonly<Record<string, string | LongOutput>> = {
  'welcome/az-account': 'meshwalk sandbox',
  'welcome/kubectl-version': 'Kustomize Version: v5',
  'welcome/osm-version': 'BuildDate',
  'create-cluster/create-group': '"type": "Microsoft.Resources/resourceGroups"',
  'create-cluster/create-aks': '"verticalPodAutoscaler": null',
  'create-cluster/show-addon': 'true',
  'connect-kubectl/get-credentials': 'Merged "meshwalk-aks" as current context',
  'connect-kubectl/current-context': 'meshwalk-aks',
  'connect-kubectl/get-nodes': 'vmss000002',
  'connect-kubectl/osm-deployments': 'osm-injector     2/2',
  'connect-kubectl/mesh-list': '-l app=osm-controller',
  'connect-kubectl/mesh-config': {
    end: 'outboundPortExclusionList: []',
    says: 'enablePermissiveTrafficPolicyMode: true',
  },
  'onboard-namespaces/create-namespaces': 'namespace/bookwarehouse created',
  'onboard-namespaces/label-namespaces': 'namespace/bookwarehouse labeled',
  'onboard-namespaces/get-namespaces': 'kube-system',
  'onboard-namespaces/add-namespaces': 'Namespace [bookwarehouse] successfully added to mesh [osm]',
  'onboard-namespaces/list-namespaces': 'bookwarehouse   osm    enabled',
  'onboard-namespaces/show-metadata': { end: 'phase: Active', says: 'openservicemesh.io/monitored-by: osm' },
  'deploy-apps/apply-suppliers': 'deployment.apps/bookwarehouse created',
  'deploy-apps/get-suppliers': 'mysql-0',
  'deploy-apps/apply-bookstore': 'deployment.apps/bookstore created',
  'deploy-apps/apply-bookbuyer': 'deployment.apps/bookbuyer created',
  'deploy-apps/wait-bookbuyer': 'deployment "bookbuyer" successfully rolled out',
  'deploy-apps/containers': 'runs: envoy',
  'watch-traffic/raw-counters': '"booksBoughtV1":',
  'watch-traffic/sidecar-stats': 'upstream_rq_total: ',
  'watch-traffic/sidecar-certs': { end: '} ] }', says: 'bookbuyer.bookbuyer.cluster.local' },
  'deny-by-default/permissive-off': 'osm-mesh-config patched',
  'deny-by-default/buyer-log': { end: '', says: 'is 0;  expected 200' },
  'deny-by-default/store-pods': '2/2     Running',
  'deny-by-default/egress-off': 'osm-mesh-config patched',
  'deny-by-default/buyer-log-again': { end: '', says: 'connection refused' },
  'allow-with-policies/apply-warehouse-access': 'traffictarget.access.smi-spec.io/bookwarehouse-to-mysql created',
  'allow-with-policies/apply-bookbuyer-access': 'traffictarget.access.smi-spec.io/bookbuyer-to-bookstore created',
  'allow-with-policies/create-bookthief': 'deployment "bookthief" successfully rolled out',
  'allow-with-policies/thief-log': { end: '', says: 'MAESTRO! THIS TEST SUCCEEDED!' },
  'allow-with-policies/apply-thief-access': 'traffictarget.access.smi-spec.io/bookthief-reads-bookstore created',
  'allow-with-policies/thief-log-again': { end: '', says: 'bookstore.bookstore.svc.cluster.local:14001' },
  'split-traffic/apply-split-v1': 'trafficsplit.split.smi-spec.io/bookstore-split created',
  'split-traffic/apply-v2': 'deployment "bookstore-v2" successfully rolled out',
  'split-traffic/apply-split': 'trafficsplit.split.smi-spec.io/bookstore-split configured',
  'split-traffic/patch-weights': 'trafficsplit.split.smi-spec.io/bookstore-split patched',
  'clean-up/delete-group': '',
  'clean-up/delete-context': 'deleted context meshwalk-aks',
};
