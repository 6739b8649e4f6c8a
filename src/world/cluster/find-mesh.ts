import { faultOf } from '../../fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Namespace } from '../../kube/objects.ts';
import { deployments } from '../../kube/resources.ts';

/** Which control plane of OSM a cluster has, found as `osm` finds it (cmd/cli/util.go: a label on Deployments). */
export interface FoundMesh {
  name: string;
  namespace: string;
  /** `v1.2.4`; empty where the Deployment does not say. */
  version: string;
  /** Against what the lessons were written for, 1.2. */
  age: 'fits' | 'older' | 'newer' | 'unknown';
}

/** Lessons and their manifests call the mesh by this name, which both AKS and `osm install` give it. */
const meshName = 'osm';
const taughtMinor = 2;
const monitoredBy = 'openservicemesh.io/monitored-by';

/** Rejects with a Fault that says how to get one where there is none. */
export async function findMesh(kube: KubeClient): Promise<FoundMesh> {
  const controllers = await kube.list(deployments, { labelSelector: 'app=osm-controller' });
  const meshes = controllers.map(({ metadata: { namespace = 'default', labels = {} } }) => {
    const version = labels['app.kubernetes.io/version'] ?? '';
    return { name: labels['meshName'] ?? '', namespace, version, age: ageOf(version) };
  });
  if (meshes.length === 0) throw faultOf('mesh.none', kube.context);
  const mesh = meshes.find(({ name }) => name === meshName);
  if (!mesh) throw faultOf('mesh.other-name', meshes.map(({ name }) => name).join(', '), meshName);
  return mesh;
}

export function ageOf(version: string): FoundMesh['age'] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return 'unknown';
  const distance = Number(major) * 1000 + Number(minor) - (1000 + taughtMinor);
  return distance === 0 ? 'fits' : distance < 0 ? 'older' : 'newer';
}

/** Whether the mesh watches it. */
export const isMonitored = ({ metadata }: Namespace): boolean => metadata.labels?.[monitoredBy] === meshName;
