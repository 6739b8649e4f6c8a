import type { Condition, KubeObject } from '../../../kube/objects.ts';
import type { ObjectView } from '../served-resource.ts';

/**
 * autoscaling/v1: the HorizontalPodAutoscalers of v2 with one target of their own, for the processor; the rest travels in
 * annotations. k9s' pulses and `kubectl autoscale` before 1.33 know no other. Kubernetes: pkg/apis/autoscaling/v1/conversion.go
 */
interface Target {
  type?: string;
  averageUtilization?: number;
  averageValue?: string;
}

interface Metric {
  type: string;
  resource?: { name: string; target: Target };
  [source: string]: unknown;
}

interface Autoscaler extends KubeObject {
  spec: { metrics?: Metric[]; behavior?: unknown; targetCPUUtilizationPercentage?: number; [field: string]: unknown };
  status?: { conditions?: Condition[]; currentMetrics?: Metric[] | null; [field: string]: unknown };
}

const annotation = (name: string) => `autoscaling.alpha.kubernetes.io/${name}`;
const travelling = ['metrics', 'behavior', 'conditions', 'current-metrics'].map(annotation);

const isProcessor = ({ type, resource }: Metric) =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

/** In v1 the parts of a resource's target stand beside its name. */
const flat = (metric: Metric) =>
  metric.resource
    ? {
        type: metric.type,
        resource: {
          name: metric.resource.name,
          targetAverageUtilization: metric.resource.target.averageUtilization,
          targetAverageValue: metric.resource.target.averageValue,
        },
      }
    : metric;

type FlatResource = { name: string; targetAverageUtilization?: number; targetAverageValue?: string };

function deep(metric: Metric): Metric {
  const { resource } = metric as unknown as { resource?: FlatResource };
  if (!resource) return metric;
  const { name, targetAverageUtilization, targetAverageValue } = resource;
  const target =
    targetAverageUtilization === undefined
      ? { type: 'AverageValue', ...(targetAverageValue === undefined ? {} : { averageValue: targetAverageValue }) }
      : { type: 'Utilization', averageUtilization: targetAverageUtilization };
  return { type: metric.type, resource: { name, target } };
}

function parsed<T>(object: KubeObject, name: string): T | undefined {
  const text = object.metadata.annotations?.[annotation(name)];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Somebody wrote it by hand; a real server drops it, too.
    return undefined;
  }
}

/** Undefined fields and empty lists are not there. */
function present<T extends object>(fields: T): T {
  const isThere = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isThere(value))) as T;
}

function withAnnotations(object: Autoscaler, values: Readonly<Record<string, unknown>>): KubeObject['metadata'] {
  const kept = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !travelling.includes(key));
  const added = Object.entries(present(values)).map(([name, value]) => [annotation(name), JSON.stringify(value)]);
  const { annotations: _before, ...metadata } = object.metadata;
  const all = [...kept, ...added];
  return all.length === 0 ? metadata : { ...metadata, annotations: Object.fromEntries(all) };
}

export const autoscalerView: ObjectView = {
  storedAs: { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' },
  show(stored) {
    const object = stored as Autoscaler;
    const { metrics = [], behavior, ...spec } = object.spec;
    const { conditions, currentMetrics, ...status } = object.status ?? {};
    const processor = metrics.find(isProcessor);
    const others = metrics.filter((metric) => metric !== processor);
    return {
      ...object,
      metadata: withAnnotations(object, {
        metrics: others.map(flat),
        behavior,
        conditions,
        'current-metrics': currentMetrics ?? undefined,
      }),
      spec: present({
        ...spec,
        targetCPUUtilizationPercentage: processor?.resource?.target.averageUtilization,
      }),
      status: { currentReplicas: 0, desiredReplicas: 0, ...status },
    };
  },
  store(shown) {
    const object = shown as Autoscaler;
    const { targetCPUUtilizationPercentage: percentage, ...spec } = object.spec;
    const processor: Metric[] =
      percentage === undefined
        ? []
        : [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } },
            },
          ];
    const metrics = [...processor, ...(parsed<Metric[]>(object, 'metrics') ?? []).map(deep)];
    return present({
      ...object,
      metadata: withAnnotations(object, {}),
      spec: present({ ...spec, metrics, behavior: parsed(object, 'behavior') }),
      status:
        object.status &&
        present({
          ...object.status,
          conditions: parsed<Condition[]>(object, 'conditions'),
          currentMetrics: parsed<Metric[]>(object, 'current-metrics'),
        }),
    });
  },
};
