import type { Deployment, KubeObject, Service } from '../../../../kube/objects.ts';
import { controlPlaneLabels } from '../names.ts';
import { controlPlaneAccount, role } from './objects.ts';
import { type ChartRelease, installOf } from './release.ts';

/** A Jaeger beside the control plane, where osm.deployJaeger asks for one (charts/osm/templates/jaeger-*.yaml). */
export function jaegerObjects(release: ChartRelease): KubeObject[] {
  if (!release.values.osm.deployJaeger) return [];
  const { namespace } = installOf(release);
  const { image, port } = release.values.osm.tracing;
  const labels = { ...controlPlaneLabels(installOf(release)), app: 'jaeger' };
  const metadata = { name: 'jaeger', namespace, labels };
  const selector = { app: 'jaeger' };
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [5555] },
          serviceAccountName: 'jaeger',
          containers: [
            {
              name: 'jaeger',
              image,
              args: [`--collector.zipkin.host-port=${port}`],
              imagePullPolicy: 'IfNotPresent',
              ports: [{ containerPort: port }],
              resources: { limits: { cpu: '500m', memory: '512M' }, requests: { cpu: '100m', memory: '256M' } },
            },
          ],
        },
      },
    },
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector, ports: [{ protocol: 'TCP', port, targetPort: port }], type: 'ClusterIP' },
  };
  return [
    controlPlaneAccount(release, 'jaeger'),
    ...role(release, `${release.name}-jaeger`, [], 'jaeger'),
    deployment,
    service,
  ];
}
