import type { Deployment, KubeObject, StatefulSet } from '../../../kube/objects.ts';
import { openRequest, requestJson, statusErrorFrom } from '../api/connection.ts';
import { watchEvents } from './get.ts';
import type { Session } from './session.ts';

/** Follows one object until `done` says so; `undefined` stands for "it does not exist". Used by wait, delete and rollout status. */
export async function follow<T extends KubeObject>(
  session: Session,
  place: { listPath: string; name: string },
  timeoutMs: number,
  done: (object: T | undefined) => boolean,
): Promise<'done' | 'timed-out'> {
  const field = `fieldSelector=${encodeURIComponent(`metadata.name=${place.name}`)}`;
  const deadline = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
  const signal = deadline ? AbortSignal.any([session.io.signal, deadline]) : session.io.signal;
  try {
    for (;;) {
      const list = await requestJson<{ items: T[]; metadata: { resourceVersion: string } }>(
        session.api,
        `${place.listPath}?${field}`,
      );
      if (done(list.items[0])) return 'done';
      const response = await openRequest(
        session.api,
        `${place.listPath}?${field}&watch=true&resourceVersion=${list.metadata.resourceVersion}`,
        { signal },
      );
      if (response.statusCode !== 200) throw statusErrorFrom(response.statusCode ?? 0, '');
      for await (const event of watchEvents<T>(response)) {
        if (event.type === 'ERROR') break;
        if (event.type !== 'BOOKMARK' && done(event.type === 'DELETED' ? undefined : event.object)) {
          response.destroy();
          return 'done';
        }
      }
    }
  } catch (error) {
    if (deadline?.aborted) return 'timed-out';
    throw error;
  }
}

/** kubectl's words for how far a Deployment is; `finished` is the last of them. */
export function deploymentProgress(
  name: string,
  { metadata, spec, status = {} }: Deployment,
): { text: string; finished: boolean } {
  const waiting = (text: string) => ({
    text: `Waiting for deployment ${JSON.stringify(name)} rollout to finish: ${text}...\n`,
    finished: false,
  });
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return { text: 'Waiting for deployment spec update to be observed...\n', finished: false };
  }
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw new Error(`deployment ${JSON.stringify(name)} exceeded its progress deadline`);
  const wanted = spec.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`);
  if (availableReplicas < updatedReplicas)
    return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  return { text: `deployment ${JSON.stringify(name)} successfully rolled out\n`, finished: true };
}

export function statefulSetProgress({ metadata, spec, status }: StatefulSet): { text: string; finished: boolean } {
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) {
    return { text: 'Waiting for statefulset spec update to be observed...\n', finished: false };
  }
  const wanted = spec.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  if (ready < wanted) return { text: `Waiting for ${wanted - ready} pods to be ready...\n`, finished: false };
  const strategy = (spec as { updateStrategy?: { rollingUpdate?: { partition?: number } } }).updateStrategy;
  const partition = strategy?.rollingUpdate?.partition;
  const updated = status?.updatedReplicas ?? 0;
  if (partition !== undefined) {
    if (updated < wanted - partition) {
      return {
        text: `Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...\n`,
        finished: false,
      };
    }
    return { text: `partitioned roll out complete: ${updated} new pods have been updated...\n`, finished: true };
  }
  if (status?.updateRevision !== status?.currentRevision) {
    return {
      text: `waiting for statefulset rolling update to complete ${status?.updatedReplicas ?? 0} pods at revision ${status?.updateRevision}...\n`,
      finished: false,
    };
  }
  return {
    text: `statefulset rolling update complete ${wanted} pods at revision ${status?.currentRevision}...\n`,
    finished: true,
  };
}

/** `30s`, `1m30s`, `0` in milliseconds. */
export function goDuration(text: string): number {
  const unit: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(amount) * (unit[name ?? ''] ?? 0);
  return total;
}
