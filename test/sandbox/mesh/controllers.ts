import type { Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { addOn } from '../../../src/sandbox/mesh/osm/names.ts';
import { fetchOver, type MeshCluster } from './mesh-cluster.ts';

/** The replicas of osm-controller that there are now. */
export const controllers = ({ api }: MeshCluster): Pod[] =>
  api.list(resources.pods, { namespace: addOn.namespace, labelSelector: 'app=osm-controller' });

/** What all of them said, one after the other. */
export const controllerLogs = (mesh: MeshCluster): string =>
  controllers(mesh)
    .map(({ metadata }) => mesh.log(metadata.name ?? '', 'osm-controller'))
    .join('');

/** How many proxies each replica serves now, by its own metric. */
export const connectedProxies = (mesh: MeshCluster): Promise<number[]> =>
  Promise.all(
    controllers(mesh).map(async ({ metadata }) => {
      const socket = await mesh.network.connectInside(metadata.uid ?? '', 9091);
      const seen = await fetchOver(socket, 'x', { path: '/metrics', headers: { connection: 'close' } });
      const count = seen.type === 'answer' ? /^osm_proxy_connect_count (\d+)$/m.exec(seen.body)?.[1] : undefined;
      return Number(count);
    }),
  );
