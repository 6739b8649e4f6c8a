import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInResources } from '../../../src/sandbox/apiserver/built-in-resources.ts';
import { missingFields } from '../../../src/sandbox/apiserver/decoding/type-check.ts';
import { realKubectl } from '../../tools/kubectl.ts';
import { app } from '../kubectl/manifests.ts';
import { ClientCluster } from './client-cluster.ts';

/**
 * What newcomers type, each once with a real kubectl against a whole cluster: that it works, and the words by which one
 * sees that it did. Line by line and for each version is test/golden's; here are the commands that were not recorded.
 */
const kubectl = realKubectl('1.34');

/** A command, and what it must print; `!` before one that must fail. */
type Case = readonly [line: string, prints: RegExp];

const lookingAround: Case[] = [
  ['get pods -n shop -o yaml', /^ {2}kind: Pod$/m],
  ['get pods -n shop -o json', /"kind": "List"/],
  ['get pods -n shop -o name', /^pod\/bookstore-\w+-\w{5}$/m],
  ['get pods -n shop -o jsonpath={.items[*].status.phase}', /^Running( Running)*$/],
  ['get pods -n shop -o go-template={{range.items}}{{.spec.nodeName}},{{end}}', /^(aks-nodepool1-\S+,)+$/],
  ['get pods -n shop -o custom-columns=N:.metadata.name,IP:.status.podIP', /10\.244\.\d+\.\d+/],
  ['get pods -A --chunk-size=1 -o wide', /^shop +bookstore-.*Running/m],
  [
    'get deploy,rs,svc,ep,endpointslices,sa,cm,secrets,events -n shop --ignore-not-found',
    /^deployment.apps\/bookstore/m,
  ],
  ['get deploy -n shop --show-labels --no-headers', /^bookstore +1\/1 +1 +1 /],
  ['get deploy bookstore -n shop -o jsonpath={.status.conditions[?(@.type=="Available")].status}', /^True$/],
  ['get pods -A --sort-by=.metadata.creationTimestamp -L app', /APP/],
  ['get nodes -o wide', /containerd/],
  ['get --raw /version/', /"gitVersion": "v1\.33\.5"/],
  ['!get pod nope -n shop', /^Error from server \(NotFound\): pods "nope" not found$/m],
  ['!get storageclasses', /^error: the server doesn't have a resource type "storageclasses"$/m],
  ['get jobs,cronjobs,ds,rc,ing,netpol,pv -A', /^No resources found$/m],
  ['describe pods -n shop', /^Events:\n.*\n.*\n +Normal +Scheduled/m],
  ['describe svc bookstore -n shop', /^Endpoints: +10\.244\.\d+\.\d+:14001$/m],
  ['describe nodes', /^Non-terminated Pods:/m],
  ['describe ns shop', /^Status: +Active$/m],
  ['describe rs -n shop', /^Controlled By: +Deployment\/bookstore$/m],
  ['describe sa bookstore -n shop', /^Name: +bookstore$/m],
  ['describe clusterrole view', /^PolicyRule:$/m],
  ['api-resources --namespaced=false -o name', /^namespaces$/m],
  ['api-versions', /^apps\/v1$/m],
  ['cluster-info', /Kubernetes control plane.* is running at/],
  ['config view --minify', /^current-context: demo$/m],
  ['config get-contexts', /^\* +demo +demo +admin/m],
  ['version', /^Server Version: v1\.33\.5$/m],
  ['get --raw /healthz', /^ok$/],
  ['get --raw /readyz?verbose', /readyz check passed/],
  ['explain deployment.spec.strategy', /^FIELD: strategy <DeploymentStrategy>$/m],
  ['explain pod --recursive', /serviceAccountName/],
  ['events -n shop --types=Normal', /Scheduled/],
  ['get events -n shop --field-selector reason=Scheduled', /Successfully assigned shop\//],
  ['auth can-i delete pods -n shop', /^yes$/m],
  ['logs deploy/bookstore -n shop --tail=1', /\S/],
  ['logs -l app=bookstore -n shop --prefix --all-containers --tail=1', /^\[pod\/bookstore-/m],
  ['logs deploy/bookstore -n shop --since=1h --timestamps -c bookstore', /^\d{4}-\d\d-\d\dT/m],
  ['!logs deploy/bookstore -n shop -c bookstore --previous', /previous terminated container "bookstore" in pod/],
  ['kustomize overlay', /^ {2}name: settings-/m],
  ['rollout history deploy/bookstore -n shop', /^1 +<none>$/m],
  ['create deployment web --image=nginx --dry-run=client -o yaml', /^kind: Deployment$/m],
  ['create deployment web --image=nginx --dry-run=server', /created \(server dry run\)/],
  ['diff -f app.yaml', /^$/],
];

const changing: Case[] = [
  ['label deploy bookstore -n shop team=books', /labeled/],
  ['annotate deploy bookstore -n shop kubernetes.io/change-cause=first', /annotated/],
  ['scale deploy bookstore -n shop --replicas=2', /scaled/],
  ['wait -n shop --for=jsonpath={.status.readyReplicas}=2 deploy/bookstore --timeout=20s', /condition met/],
  ['set env deploy/bookstore -n shop -c bookstore COLOR=red', /env updated/],
  ['set resources deploy bookstore -n shop -c bookstore --requests=cpu=10m', /resource requirements updated/],
  ['set image deploy/bookstore -n shop bookstore=openservicemesh/bookstore:v1.2.3', /image updated/],
  ['rollout status deploy/bookstore -n shop --timeout=30s', /successfully rolled out/],
  ['rollout undo deploy/bookstore -n shop', /rolled back/],
  ['rollout pause deploy/bookstore -n shop', /paused/],
  ['rollout resume deploy/bookstore -n shop', /resumed/],
  ['rollout restart deploy -n shop', /restarted/],
  ['wait -n shop --for=condition=Available deploy --all --timeout=30s', /condition met/],
  ['patch deploy bookstore -n shop -p {"spec":{"minReadySeconds":1}}', /patched/],
  ['patch deploy bookstore -n shop --type=merge -p {"spec":{"minReadySeconds":null}}', /patched/],
  ['patch svc bookstore -n shop --type=json -p [{"op":"add","path":"/metadata/labels/x","value":"y"}]', /patched/],
  ['patch deploy bookstore -n shop --subresource=scale --type=merge -p {"spec":{"replicas":1}}', /patched/],
  ['create cm settings -n shop --from-literal=a=b --from-file=app.yaml', /configmap\/settings created/],
  ['create secret generic password -n shop --from-literal=p=w', /secret\/password created/],
  ['create sa reader -n shop', /created/],
  ['create role reader -n shop --verb=get,list --resource=pods', /created/],
  ['create rolebinding reader -n shop --role=reader --serviceaccount=shop:reader', /created/],
  ['create clusterrole seer --verb=get --resource=nodes', /created/],
  ['create clusterrolebinding seer --clusterrole=seer --serviceaccount=shop:reader', /created/],
  ['auth can-i --list --as=system:serviceaccount:shop:reader -n shop', /^pods +\[\] +\[\] +\[get list\]$/m],
  ['create token reader -n shop --duration=1h', /^eyJ/],
  ['create quota small -n shop --hard=pods=10', /created/],
  ['create pdb guard -n shop --selector=app=bookstore --min-available=1', /poddisruptionbudget.policy\/guard created/],
  ['wait -n shop --for=jsonpath={.status.expectedPods}=1 pdb/guard --timeout=20s', /condition met/],
  ['get pdb -n shop', /^guard +1 +N\/A +0 +\d+s$/m],
  ['describe pdb guard -n shop', /^Status:\n +Allowed disruptions: +0\n +Current: +1\n +Desired: +1\n +Total: +1$/m],
  ['delete pdb guard -n shop', /deleted/],
  ['create deployment web -n shop --image=nginx --replicas=1', /created/],
  ['expose deploy web -n shop --port=80 --target-port=8080', /service\/web exposed/],
  ['create service nodeport other -n shop --tcp=80:8080', /created/],
  ['run tmp -n shop --image=curlimages/curl --restart=Never --command -- sleep 3600', /pod\/tmp created/],
  ['wait -n shop --for=condition=Ready pod/tmp --timeout=20s', /condition met/],
  ['!create job once --image=nginx', /jobs.batch "once" is forbidden: the sandbox has no controller for them; a Pod/],
  ['!create ingress web --rule=a/b=c:80', /ingresses.networking.k8s.io "web" is forbidden: the sandbox has no ingress/],
  ['autoscale deploy web -n shop --max=3 --cpu-percent=50', /autoscaled/],
  ['apply -k overlay', /configmap\/settings-\w+ created/],
  ['apply -n shop -f pruned-1.yaml', /configmap\/one created/],
  [
    'apply -n shop --prune --prune-allowlist=core/v1/ConfigMap -l set=a -f pruned-2.yaml',
    /two created\nconfigmap\/one pruned/,
  ],
  // Without a list, kubectl looks through all the kinds that it ever prunes.
  ['apply -n shop --prune -l set=a -f pruned-1.yaml', /configmap\/one created\nconfigmap\/two pruned/],
  ['apply -n shop -f pruned-2.yaml', /configmap\/two created/],
  ['apply -n shop --server-side --field-manager=me -f pruned-2.yaml', /serverside-applied/],
  ['replace -n shop -f pruned-2.yaml', /replaced/],
  ['cordon -l agentpool=nodepool1', /cordoned/],
  ['uncordon -l agentpool=nodepool1', /uncordoned/],
  ['taint nodes --all a=b:NoSchedule', /tainted/],
  ['taint nodes --all a-', /untainted/],
  [
    'drain -l agentpool=nodepool1 --ignore-daemonsets --delete-emptydir-data --force --dry-run=server',
    /drained \(server dry run\)/,
  ],
  ['delete pod tmp -n shop --now', /pod "tmp" deleted/],
  ['delete pods -n shop -l app=web --force --grace-period=0', /force deleted/],
  ['delete deploy web -n shop --cascade=orphan', /deleted/],
  ['wait -n shop --for=delete deploy/web --timeout=10s', /^$/],
  ['delete rs,svc -n shop -l app=web', /replicaset\.apps "web-\w+" deleted[\s\S]*service "web" deleted/],
  ['delete cm --all -n shop --wait=false', /configmap "settings" deleted/],
  ['delete secret password -n shop --ignore-not-found', /deleted/],
  ['delete clusterrole,clusterrolebinding seer', /clusterrolebinding.rbac.authorization.k8s.io "seer" deleted/],
  ['delete -f app.yaml --wait=false', /deployment.apps "bookstore" deleted/],
  ['delete ns shop', /namespace "shop" deleted/],
];

const configMap = (name: string) =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","namespace":"shop","labels":{"set":"a"}}}`;

describe('what newcomers type', { timeout: 120_000 }, () => {
  let clients: ClientCluster;
  beforeAll(async () => {
    clients = await ClientCluster.start();
    const file = (name: string, text: string) => writeFileSync(join(clients.folder, name), text);
    file(
      'app.yaml',
      app()
        .replace(/ +initContainers.*\n/, '')
        .replace(/ +- \{name: envoy.*\n/, ''),
    );
    file('pruned-1.yaml', configMap('one'));
    file('pruned-2.yaml', configMap('two'));
    mkdirSync(join(clients.folder, 'overlay'));
    file('overlay/kustomization.yaml', 'namespace: shop\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\n');
    await clients.ok(kubectl, 'create ns shop');
    await clients.ok(kubectl, 'apply -f app.yaml');
    await clients.ok(kubectl, 'wait -n shop --for=condition=Available deploy/bookstore --timeout=30s');
  }, 60_000);
  afterAll(() => clients.close());

  async function run([line, prints]: Case): Promise<string[]> {
    const fails = line.startsWith('!');
    const { code, stdout, stderr } = await clients.run(kubectl, fails ? line.slice(1) : line);
    const asExpected = (code !== 0) === fails && prints.test(stdout + stderr);
    return asExpected ? [] : [`kubectl ${line}\nexit ${code}\n${stdout}${stderr}`.slice(0, 2000)];
  }

  it('holds objects with every field that their schemas require, as strictly typed clients want them', () => {
    const wrong = builtInResources
      .filter(({ verbs, view }) => verbs.includes('list') && !view)
      .flatMap((resource) =>
        clients.cluster.api
          .list(resource)
          .flatMap((object) => missingFields(object, resource.type ?? '').map((path) => `${resource.kind} ${path}`)),
      );
    expect(wrong).toEqual([]);
  });

  it('shows what is there, in every form', async () => {
    const wrong: string[][] = [];
    for (let at = 0; at < lookingAround.length; at += 4)
      wrong.push(...(await Promise.all(lookingAround.slice(at, at + 4).map(run))));
    expect(wrong.flat()).toEqual([]);
  });

  it('changes and deletes what is there', async () => {
    const wrong: string[] = [];
    for (const command of changing) wrong.push(...(await run(command)));
    expect(wrong).toEqual([]);
  });

  it('lists as served the kinds that the README names, and no other', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../src/sandbox/README.md'), 'utf8');
    const [, served = '', notServed = ''] =
      /\*\*Kinds\.\*\* Served([\s\S]*?)Not served:([\s\S]*?)Asked for one/.exec(readme) ?? [];
    const kindsIn = (text: string) => [...new Set(text.match(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b/g))].sort();
    const rows = (await clients.ok(kubectl, 'api-resources --no-headers')).trim().split('\n');
    const listed = [...new Set(rows.map((row) => row.split(/ +/).at(-1) ?? ''))].sort();
    expect(kindsIn(served)).toEqual(listed);
    expect(listed.filter((kind) => kindsIn(notServed).includes(kind))).toEqual([]);
  });
});
