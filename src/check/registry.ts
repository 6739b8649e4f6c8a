import type { CheckKind } from './check.ts';
import { answer } from './kinds/answer.ts';
import { azureCluster } from './kinds/azure-cluster.ts';
import { certificate } from './kinds/certificate.ts';
import { containerRestarted } from './kinds/container-restarted.ts';
import { http } from './kinds/http.ts';
import { kubeContext } from './kinds/kube-context.ts';
import { logs } from './kinds/logs.ts';
import { meshConfig } from './kinds/mesh-config.ts';
import { metric } from './kinds/metric.ts';
import { namespacesInMesh } from './kinds/namespaces-in-mesh.ts';
import { resource } from './kinds/resource.ts';
import { sidecarCounter } from './kinds/sidecar-counter.ts';
import { trafficDenied } from './kinds/traffic-denied.ts';
import { trafficFlows } from './kinds/traffic-flows.ts';
import { trafficSplit } from './kinds/traffic-split.ts';
import { workloadsReady } from './kinds/workloads-ready.ts';

/** Every kind of condition that an author may write: one line here, one file in kinds/. */
export const checkKinds: readonly CheckKind[] = [
  azureCluster,
  kubeContext,
  namespacesInMesh,
  workloadsReady,
  meshConfig,
  resource,
  trafficFlows,
  trafficDenied,
  trafficSplit,
  certificate,
  sidecarCounter,
  metric,
  containerRestarted,
  http,
  logs,
  answer,
];
