import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

/** A mesh in whose namespace shop the pod buyer reaches the pod store, at store.shop:14001. */
export async function startStoreAndBuyer(): Promise<MeshCluster> {
  const mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.pod('shop', 'buyer');
  await mesh.service('shop', 'store', { port: 14001 });
  await eventually(() => mesh.call('buyer', 'store.shop:14001'), 200);
  return mesh;
}
