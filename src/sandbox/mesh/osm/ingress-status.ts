import type { Pod } from '../../../kube/objects.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';
import { ingressStatusesFor } from './policy/inbound.ts';
import type { MeshSnapshot } from './policy/snapshot.ts';

/**
 * Writes into IngressBackends what became of them, as OSM does while it makes the configuration of a proxy behind them: a
 * policy that no connected proxy serves has no status. An equal status is not written, so that nothing is set off by it.
 */
export async function showIngressStatuses(
  api: ClusterApi,
  snapshot: MeshSnapshot,
  pod: Pod,
  log: LogWriter,
): Promise<void> {
  for (const { policy, status } of ingressStatusesFor(snapshot, pod)) {
    const { name = '', namespace } = policy.metadata;
    await api
      .modifyStatus(kinds.ingressBackends, name, namespace, (draft) => {
        draft.status = status;
      })
      .catch((error: Error) => log.error('catalog', 'Error updating status for IngressBackend', error));
  }
}
