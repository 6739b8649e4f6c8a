import type { Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { addOn } from '../../../src/sandbox/mesh/osm/names.ts';
import type { MeshCluster } from './mesh-cluster.ts';

/** The replicas of osm-controller that there are now. */
export const controllers = ({ api }: MeshCluster): Pod[] =>
  api.list(resources.pods, { namespace: addOn.namespace, labelSelector: 'app=osm-controller' });

/** What all of them said, one after the other. */
export const controllerLogs = (mesh: MeshCluster): string =>
  controllers(mesh)
    .map(({ metadata }) => mesh.log(metadata.name ?? '', 'osm-controller'))
    .join('');
