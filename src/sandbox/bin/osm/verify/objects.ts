import type { Pod } from '../../../../kube/objects.ts';
import type { IngressBackend } from '../../../mesh/osm/policy-kinds.ts';
import { type ApiConnection, requestJson } from '../../api/connection.ts';
import { inPath, ofNamespace } from '../../api/names.ts';
import { podRequest } from '../../api/port-forward.ts';
import { getNamespace, listPods, messageOf, monitoredBy } from '../mesh.ts';
import { failure, type Result, success, unknown, type Verifier } from './result.ts';
import { type NamespacedName, quoted, shown, type Traffic } from './traffic.ts';

/** Verifications that look at Kubernetes objects (OSM 1.2: pkg/cli/verifier/{namespace,sidecar,pod,ingressbackend}.go). */
export const namespaceIsMonitored =
  (api: ApiConnection, namespace: string, mesh: string): Verifier =>
  async () => {
    const context = `Verify if namespace "${namespace}" is monitored`;
    const object = await getNamespace(api, namespace).catch(() => undefined);
    if (!object) return failure(context, `Error fetching namespace "${namespace}"`);
    const found = object.metadata.labels?.[monitoredBy];
    if (found === undefined) {
      return failure(
        context,
        `Missing label "${monitoredBy}" on namespace "${namespace}"`,
        `Add label "${monitoredBy}" on namespace "${namespace}" to include it in the mesh and restart the app`,
      );
    }
    if (found !== mesh)
      return failure(context, `Expected label "${monitoredBy}" to have value "${mesh}", got "${found}"`);
    return success(context);
  };

/** `isWanted` is false for the pods of an ingress, which must have none. */
export const podHasSidecar =
  (api: ApiConnection, pod: NamespacedName, isWanted = true): Verifier =>
  async () => {
    const context = `Verify Envoy sidecar on pod ${quoted(pod)}`;
    let object: Pod;
    try {
      object = await requestJson<Pod>(api, `/api/v1/${ofNamespace(pod.namespace)}/pods/${inPath(pod.name)}`);
    } catch (error) {
      return failure(context, messageOf(error), `Confirm pod ${quoted(pod)} exists`);
    }
    const isThere = object.spec.containers.some(({ name }) => name === 'envoy');
    if (isThere && !isWanted) {
      return failure(
        context,
        `Found Envoy sidecar on pod ${quoted(pod)} when one wasn't expected`,
        `Ensure pod ${quoted(pod)} does not have sidecar injection enabled`,
      );
    }
    if (!isThere && isWanted) {
      return failure(
        context,
        `Did not find Envoy sidecar on pod ${quoted(pod)}`,
        `Ensure pod ${quoted(pod)} has sidecar injection enabled`,
      );
    }
    return success(context);
  };

/** A condition that is not True, and how it is told; the first three end the look at a pod. */
const conditions: readonly (readonly [type: string, words: string])[] = [
  ['PodScheduled', 'not scheduled'],
  ['ContainersReady', 'containers not ready'],
  ['Initialized', 'init-containers pending completion'],
  ['Ready', 'not ready'],
];

/** Conditions are told in the order in which the pod has them. */
function complaintsAbout({ metadata, status }: Pod): string[] {
  const complaints: string[] = [];
  for (const { type, status: state } of status?.conditions ?? []) {
    const words = conditions.find(([name]) => name === type)?.[1];
    if (words === undefined || state === 'True') continue;
    complaints.push(`${metadata.namespace}/${metadata.name} ${words}`);
    if (type !== 'Ready') break;
  }
  return complaints;
}

type PodsOfApp = { pods: Pod[] } | { result: Result };

async function podsOfApp(api: ApiConnection, app: NamespacedName, context: string): Promise<PodsOfApp> {
  try {
    const pods = await listPods(api, app.namespace, `app=${app.name}`);
    return pods.length > 0 ? { pods } : { result: failure(context, `No pods found for app ${shown(app)}`) };
  } catch (error) {
    return { result: unknown(context, `Error fetching pods for app ${shown(app)}, err: ${messageOf(error)}`) };
  }
}

export const podsAreReady =
  (api: ApiConnection, app: NamespacedName): Verifier =>
  async () => {
    const context = `Verify readiness status of pod for app ${shown(app)}`;
    const found = await podsOfApp(api, app, context);
    if ('result' in found) return found.result;
    const complaints = found.pods.flatMap(complaintsAbout);
    return complaints.length > 0 ? failure(context, `Pod not ready: ${complaints.join(', ')}`) : success(context);
  };

export const podsAnswerProbes =
  (api: ApiConnection, app: NamespacedName, path: string): Verifier =>
  async () => {
    const context = `Verify health probes of pod for app ${shown(app)}`;
    const found = await podsOfApp(api, app, context);
    if ('result' in found) return found.result;
    const complaints: string[] = [];
    for (const { metadata } of found.pods) {
      const pod = { namespace: app.namespace, name: metadata.name ?? '' };
      const why = await podRequest(api, { ...pod, port: 9091 }, path).then(
        ({ status }) => (status === 200 ? undefined : `unexpected response code: ${status}`),
        messageOf,
      );
      if (why !== undefined) complaints.push(`HTTP probe failed for pod ${shown(pod)}: ${why}`);
    }
    return complaints.length > 0 ? failure(context, `Probe failure: ${complaints.join(', ')}`) : success(context);
  };

export const backendTakesIngress =
  (api: ApiConnection, traffic: Traffic & { ingressBackend: NamespacedName; fromService: NamespacedName }): Verifier =>
  async () => {
    const { ingressBackend, fromService, toPort, protocol } = traffic;
    const name = quoted(ingressBackend);
    const context = `Verify IngressBackend ${name}`;
    const path = `/apis/policy.openservicemesh.io/v1alpha1/namespaces/${ingressBackend.namespace}/ingressbackends/${ingressBackend.name}`;
    let object: IngressBackend;
    try {
      object = await requestJson<IngressBackend>(api, path);
    } catch (error) {
      return failure(context, messageOf(error), `Confirm IngressBackend ${name} exists`);
    }
    const { backends = [], sources = [] } = object.spec ?? {};
    if (backends.length === 0) {
      return failure(
        context,
        `No backends detected for IngressBackend ${name}`,
        `Add a valid backend for IngressBackend ${name}`,
      );
    }
    if (!backends.some(({ port }) => port.number === toPort && port.protocol === protocol)) {
      const what = `backend matching port ${toPort} and protocol ${protocol} found in IngressBackend ${name}`;
      return failure(context, `No ${what}`, `Add a ${what}`);
    }
    if (sources.length === 0) {
      return {
        ...success(context),
        suggestion:
          'Allowing HTTP ingress without sources is insecure; use IngressBackend.Spec.Sources to restrict clients',
      };
    }
    const isAllowed = sources.some(
      (source) =>
        source.kind === 'Service' && source.namespace === fromService.namespace && source.name === fromService.name,
    );
    if (isAllowed) return success(context);
    return failure(
      context,
      `No source matching service ${quoted(fromService)} found in IngressBackend ${name}`,
      `Add a source for service ${quoted(fromService)} in IngressBackend ${name}`,
    );
  };
