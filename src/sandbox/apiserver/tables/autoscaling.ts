import { ageOf } from '../../../kube/duration.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { columns, none, type TableKind } from './columns.ts';

/** Kubernetes: pkg/printers/internalversion, formatHPAMetrics; here no current value is ever known. */
interface Metric {
  type: string;
  resource?: { name: string; target: { averageUtilization?: number; averageValue?: string } };
}

interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: Metric[];
  };
  status?: { currentReplicas?: number };
}

const mostShown = 2;

function metricText({ type, resource }: Metric): string {
  if (!resource) return `<unknown type ${JSON.stringify(type)}>`;
  const { averageUtilization, averageValue } = resource.target;
  const target = averageUtilization === undefined ? (averageValue ?? '<auto>') : `${averageUtilization}%`;
  return `${resource.name}: <unknown>/${target}`;
}

function targetsText(metrics: readonly Metric[] = []): string {
  if (metrics.length === 0) return none;
  const shown = metrics.slice(0, mostShown).map(metricText).join(', ');
  return metrics.length > mostShown ? `${shown} + ${metrics.length - mostShown} more...` : shown;
}

export const autoscalerTable: TableKind<HorizontalPodAutoscaler> = {
  columns: columns('Name/name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    targetsText(spec.metrics),
    spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
    spec.maxReplicas,
    status?.currentReplicas ?? 0,
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};
