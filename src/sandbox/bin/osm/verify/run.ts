import type { Service } from '../../../../kube/objects.ts';
import { type ApiConnection, getObject, requestJson } from '../../api/connection.ts';
import type { Invocation } from '../../cobra/command.ts';
import { connect, listPods } from '../mesh.ts';
import { envoyIsConfigured } from './envoy-config.ts';
import { backendTakesIngress, namespaceIsMonitored, podHasSidecar, podsAnswerProbes, podsAreReady } from './objects.ts';
import { failure, type Result, report, verifyAll } from './result.ts';
import { type NamespacedName, parseNamespacedName, quoted, shown, type Traffic } from './traffic.ts';

/** `osm verify …` (OSM 1.2: cmd/cli/verify_*.go). The exit code says only whether it could look, not what it found. */
function print({ io }: Invocation, result: Result): number {
  io.out(report(result, io.isColoured));
  return 0;
}

/** Nothing of it is read: a control plane without MeshConfig is not verified. */
const requireMeshConfig = (api: ApiConnection, { flags }: Invocation) =>
  requestJson(
    api,
    `/apis/config.openservicemesh.io/v1alpha2/namespaces/${flags.string('osm-namespace')}/meshconfigs/osm-mesh-config`,
  );

function namespaced(flag: string, text: string): NamespacedName {
  const found = parseNamespacedName(text);
  if (!found) throw new Error(`${flag} must be a namespaced name of the form <namespace>/<name>, got ${text}`);
  return found;
}

export async function verifyConnectivity(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const api = await connect(invocation);
  await requireMeshConfig(api, invocation);
  const fromPod = namespaced('--from-pod', flags.string('from-pod'));
  const toPodText = flags.string('to-pod');
  const externalPort = flags.int('to-ext-port');
  if (toPodText === '' && externalPort === 0) throw new Error('one of --to-pod|--to-ext-port must be set');
  if (toPodText !== '' && externalPort !== 0) throw new Error('--to-pod cannot be set with --to-ext-port');
  const shared = {
    fromPod,
    toPort: 0,
    externalHost: flags.string('to-ext-host'),
    externalPort,
    protocol: flags.string('app-protocol'),
  };
  const mesh = flags.string('mesh-name');
  if (toPodText === '') return print(invocation, await verifyEgress(api, shared, mesh));
  const toPod = namespaced('--to-pod', toPodText);
  const name = flags.string('to-service');
  if (name === '') throw new Error('--to-service must be set with --to-pod');
  const toService = { namespace: toPod.namespace, name };
  const context = `Verify if pod ${quoted(fromPod)} can access pod ${quoted(toPod)} for service ${quoted(toService)}`;
  const result = await verifyAll(context, [
    namespaceIsMonitored(api, fromPod.namespace, mesh),
    namespaceIsMonitored(api, toPod.namespace, mesh),
    podHasSidecar(api, fromPod),
    podHasSidecar(api, toPod),
    envoyIsConfigured(api, { ...shared, toPod, toService }),
  ]);
  return print(invocation, result);
}

function verifyEgress(api: ApiConnection, traffic: Traffic & { fromPod: NamespacedName }, mesh: string) {
  const { fromPod, externalPort } = traffic;
  return verifyAll(`Verify if pod ${quoted(fromPod)} can access external service on port ${externalPort}`, [
    namespaceIsMonitored(api, fromPod.namespace, mesh),
    podHasSidecar(api, fromPod),
    envoyIsConfigured(api, traffic),
  ]);
}

export async function verifyControlPlane(invocation: Invocation): Promise<number> {
  const api = await connect(invocation);
  const namespace = invocation.flags.string('osm-namespace');
  const app = (name: string) => ({ namespace, name });
  const result = await verifyAll('Verify the health of OSM control plane', [
    podsAreReady(api, app('osm-controller')),
    podsAreReady(api, app('osm-injector')),
    podsAreReady(api, app('osm-bootstrap')),
    podsAnswerProbes(api, app('osm-controller'), '/health/alive'),
    podsAnswerProbes(api, app('osm-injector'), '/healthz'),
    podsAnswerProbes(api, app('osm-bootstrap'), '/healthz'),
  ]);
  return print(invocation, result);
}

export async function verifyIngress(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const api = await connect(invocation);
  await requireMeshConfig(api, invocation);
  const fromService = parseNamespacedName(flags.string('from-service'));
  // The original's two complaints show the values of other commands' flags, which are empty here.
  if (!fromService) throw new Error('--from-service must be a namespaced name of the form <namespace>/<name>, got ');
  const toPod = parseNamespacedName(flags.string('to-pod'));
  if (!toPod) throw new Error('--to-pod pod must be a namespaced name of the form <namespace>/<name>, got ');
  const beside = (flag: string) => ({ namespace: toPod.namespace, name: flags.string(flag) });
  const traffic = {
    fromService,
    toPod,
    toService: beside('to-service'),
    ingressBackend: beside('ingress-backend'),
    toPort: flags.int('to-port'),
    externalHost: '',
    externalPort: 0,
    protocol: flags.string('app-protocol'),
  };
  return print(invocation, await ingressResult(api, traffic, flags.string('mesh-name')));
}

type IngressTraffic = Traffic & Required<Pick<Traffic, 'fromService' | 'toPod' | 'ingressBackend'>>;

async function ingressResult(api: ApiConnection, traffic: IngressTraffic, mesh: string): Promise<Result> {
  const { fromService, toPod, protocol } = traffic;
  const context = `Verify if service ${quoted(fromService)} can access pod ${quoted(toPod)} for app protocol "${protocol}" via ingress`;
  if (protocol !== 'http')
    return failure(context, `Ingress verifier only supports the following protocol(s): "${protocol}"`);
  const service = await getObject<Service>(
    api,
    `/api/v1/namespaces/${fromService.namespace}/services/${fromService.name}`,
  );
  if (!service) {
    return failure(
      context,
      `Error retrieving source ingress service ${shown(fromService)}: services "${fromService.name}" not found`,
    );
  }
  const selector = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const pods = await listPods(api, fromService.namespace, selector.join(','));
  return verifyAll(context, [
    namespaceIsMonitored(api, fromService.namespace, mesh),
    namespaceIsMonitored(api, toPod.namespace, mesh),
    ...pods.map(({ metadata: { namespace = '', name = '' } }) => podHasSidecar(api, { namespace, name }, false)),
    podHasSidecar(api, toPod),
    backendTakesIngress(api, traffic),
    envoyIsConfigured(api, traffic),
  ]);
}
