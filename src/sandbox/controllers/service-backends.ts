import type { Pod, Service } from '../../kube/objects.ts';
import { matchesLabels } from '../../kube/selectors.ts';
import { isFinished, isReady, isTerminating } from './pod-readiness.ts';

/** One pod behind a Service, with the ports that the Service's targetPorts mean in this pod. */
export interface Backend {
  pod: Pod;
  ip: string;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
  hostname: string | undefined;
  ports: BackendPort[];
}

export interface BackendPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

/**
 * Which pods a Service selects, and on which ports; Endpoints and EndpointSlices are two spellings of this. Pure.
 * Kubernetes: a named targetPort is looked up among each pod's containers; a pod without it is left out of that port.
 */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  return pods
    .filter((pod) => matchesLabels(service.spec.selector, pod.metadata.labels))
    .flatMap((pod) => backendOf(service, pod) ?? [])
    .sort((a, b) => compareIps(a.ip, b.ip));
}

function backendOf(service: Service, pod: Pod): Backend | undefined {
  const ip = pod.status?.podIP;
  if (!ip || isFinished(pod)) return undefined;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const { hostname, subdomain } = pod.spec;
  return {
    pod,
    ip,
    serving,
    terminating,
    ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
    hostname: subdomain === service.metadata.name ? hostname : undefined,
    ports: (service.spec.ports ?? []).flatMap((port) => {
      const number = portOf(pod, port.targetPort ?? port.port);
      const { name = '', protocol = 'TCP', appProtocol } = port;
      return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
    }),
  };
}

function portOf(pod: Pod, target: number | string): number | undefined {
  if (typeof target === 'number') return target;
  return pod.spec.containers.flatMap((container) => container.ports ?? []).find((port) => port.name === target)
    ?.containerPort;
}

/** Backends that have the same ports together: the ports of one subset or slice hold for all of its addresses. */
export function groupByPorts(backends: readonly Backend[]): Backend[][] {
  const groups = new Map<string, Backend[]>();
  for (const backend of backends) {
    const key = JSON.stringify(backend.ports);
    groups.set(key, [...(groups.get(key) ?? []), backend]);
  }
  return [...groups.values()];
}

export function targetRefOf(pod: Pod) {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid };
}

const compareIps = (a: string, b: string) => numeric(a) - numeric(b);
const numeric = (ip: string) => ip.split('.').reduce((value, part) => value * 256 + Number(part), 0);
