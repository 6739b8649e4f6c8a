import { apiTime } from '../../kube/duration.ts';
import { sameJson } from '../../kube/json-value.ts';
import { randomSuffix } from '../../kube/names.ts';
import type { EndpointSlice, Pod, Service } from '../../kube/objects.ts';
import { endpointSlices, pods, services } from '../../kube/resources.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { controllerReference } from './ownership.ts';
import { type Backend, type BackendPort, backendsOf, groupByPorts, targetRefOf } from './service-backends.ts';
import { serviceQueue } from './service-queue.ts';
import { splitKey } from './work-queue.ts';

const serviceNameLabel = 'kubernetes.io/service-name';
const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const managedBy = 'endpointslice-controller.k8s.io';
const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';
/** Kubernetes: kube-controller-manager --max-endpoints-per-slice. */
const endpointsPerSlice = 100;

interface SliceContent {
  endpoints: EndpointSlice['endpoints'];
  ports: NonNullable<EndpointSlice['ports']>;
}

/** Keeps the EndpointSlices of Services with a selector. The slices go with their Service by garbage collection. */
export function startEndpointSliceController(parts: ControllerParts): Controller {
  const { cluster, clock } = parts;

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = cluster.get(services, name, namespace);
    if (!service?.spec.selector || service.spec.type === 'ExternalName') return;
    const labelSelector = `${serviceNameLabel}=${name},${managedByLabel}=${managedBy}`;
    const present = cluster.list(endpointSlices, { namespace, labelSelector });
    const wanted = slicesFor(service, cluster.list<Pod>(pods, { namespace }));
    // A slice that already says what one of ours should is kept; the others are rewritten in the order they came.
    const unmatched = wanted.filter((content) => !present.some((slice) => says(slice, content)));
    const reusable = present.filter((slice) => !wanted.some((content) => says(slice, content)));
    for (const content of unmatched) await write(service, content, reusable.shift());
    for (const slice of reusable) await cluster.delete(endpointSlices, slice.metadata.name ?? '', namespace);
  }

  async function write(service: Service, content: SliceContent, reused: EndpointSlice | undefined): Promise<void> {
    const annotations = { [triggerTime]: apiTime(clock.now()) };
    if (!reused) {
      await cluster.create(endpointSlices, newSlice(service, content, annotations, randomSuffix(parts.random)));
      return;
    }
    await cluster.modify(endpointSlices, reused.metadata.name ?? '', reused.metadata.namespace, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
      Object.assign(draft, content);
    });
  }

  const { queue, stops } = serviceQueue(parts, 'endpointslices', reconcile);
  return controllerOn(queue, stops);
}

const says = (slice: EndpointSlice, content: SliceContent) =>
  sameJson(slice.endpoints, content.endpoints) && sameJson(slice.ports ?? [], content.ports);

function newSlice(
  service: Service,
  content: SliceContent,
  annotations: Record<string, string>,
  suffix: string,
): EndpointSlice {
  const { name = '', namespace = '', labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${suffix}`,
      generateName: `${name}-`,
      namespace,
      annotations,
      labels: {
        ...labels,
        [managedByLabel]: managedBy,
        [serviceNameLabel]: name,
        ...(service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controllerReference(services, service)],
    },
    addressType: 'IPv4',
    ...content,
  };
}

/** A Service without backends still has one slice, which says so. */
function slicesFor(service: Service, all: readonly Pod[]): SliceContent[] {
  const groups = groupByPorts(backendsOf(service, all));
  const slices = groups.flatMap((group) => {
    const ports = portsOf(group[0]?.ports ?? []);
    const chunks = Math.ceil(group.length / endpointsPerSlice);
    return Array.from({ length: chunks }, (_, chunk) => ({
      endpoints: group.slice(chunk * endpointsPerSlice, (chunk + 1) * endpointsPerSlice).map(endpointOf),
      ports,
    }));
  });
  return slices.length === 0 ? [{ endpoints: [], ports: [] }] : slices;
}

const portsOf = (ports: readonly BackendPort[]): SliceContent['ports'] => ports.map((port) => ({ ...port }));

function endpointOf({ pod, ip, hostname, ready, serving, terminating }: Backend): EndpointSlice['endpoints'][number] {
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
  };
}
