import { apiTime } from '../../kube/duration.ts';
import { sameJson } from '../../kube/json-value.ts';
import type { EndpointAddress, Endpoints, Pod, Service } from '../../kube/objects.ts';
import { endpoints, pods, services } from '../../kube/resources.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { isFinished, isTerminating } from './pod-readiness.ts';
import { type Backend, backendsOf, groupByPorts, targetRefOf } from './service-backends.ts';
import { serviceQueue } from './service-queue.ts';
import { splitKey } from './work-queue.ts';

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Keeps one Endpoints object per Service with a selector. Knows nothing of who connects to the addresses. */
export function startEndpointsController(parts: ControllerParts): Controller {
  const { cluster, clock } = parts;

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = cluster.get(services, name, namespace);
    if (!service) return cluster.delete(endpoints, name, namespace);
    // Without a selector the addresses are somebody else's business (the `kubernetes` Service, for one).
    if (!service.spec.selector || service.spec.type === 'ExternalName') return;
    const subsets = subsetsOf(service, cluster.list<Pod>(pods, { namespace }));
    const draft = endpointsFor(service, subsets);
    const present = cluster.get(endpoints, name, namespace);
    if (!present) {
      await cluster.create(endpoints, withTriggerTime(draft, clock.now()));
      return;
    }
    await cluster.modify(endpoints, name, namespace, (current) => {
      const sameLabels = sameJson(current.metadata.labels, draft.metadata.labels);
      if (sameLabels && sameJson(current.subsets ?? [], subsets)) return;
      const dated = withTriggerTime(draft, clock.now());
      current.metadata.labels = dated.metadata.labels ?? {};
      current.metadata.annotations = { ...current.metadata.annotations, ...dated.metadata.annotations };
      if (subsets.length > 0) current.subsets = subsets;
      else delete current.subsets;
    });
  }

  const { queue, stops } = serviceQueue(parts, 'endpoints', reconcile);
  return controllerOn(queue, stops);
}

function endpointsFor(service: Service, subsets: NonNullable<Endpoints['subsets']>): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: service.metadata.name ?? '',
      namespace: service.metadata.namespace ?? '',
      labels: {
        ...service.metadata.labels,
        'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
        ...(service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      },
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}

function withTriggerTime(object: Endpoints, now: number): Endpoints {
  const annotations = { ...object.metadata.annotations, [triggerTime]: apiTime(now) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function subsetsOf(service: Service, all: readonly Pod[]): NonNullable<Endpoints['subsets']> {
  const publishesAll = service.spec.publishNotReadyAddresses === true;
  const listed = all.filter((pod) => publishesAll || (!isTerminating(pod) && !isFinished(pod)));
  const isHeadless = service.spec.clusterIP === 'None';
  const hasPorts = (service.spec.ports ?? []).length > 0;
  const backends = backendsOf(service, listed).filter(
    (backend) => backend.ports.length > 0 || (isHeadless && !hasPorts),
  );
  return groupByPorts(backends).map((group) => {
    const ready = group.filter((backend) => backend.ready).map(addressOf);
    const notReady = group.filter((backend) => !backend.ready).map(addressOf);
    const ports = (group[0]?.ports ?? []).map(({ name, ...port }) => (name === '' ? port : { name, ...port }));
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

function addressOf({ pod, ip, hostname }: Backend): EndpointAddress {
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
  };
}
