import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment, KubeObject, Pod } from '../../../../kube/objects.ts';
import { type ApiConnection, getObject } from '../../api/connection.ts';
import { pathOf } from './cluster-objects.ts';

/** How long Helm waits, and for what (Helm: pkg/kube/wait.go, ready.go). Helm looks every two seconds; this, more often. */
const lookEveryMs = 100;

/** The end of patience, in Kubernetes' words for it. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';

  constructor() {
    super('timed out waiting for the condition');
  }
}

export interface Patience {
  /** Milliseconds since the epoch; undefined waits for ever. */
  deadline: number | undefined;
  signal: AbortSignal;
}

export async function untilTrue(holds: () => Promise<boolean>, { deadline, signal }: Patience): Promise<void> {
  while (!(await holds())) {
    if (deadline !== undefined && Date.now() >= deadline) throw new WaitTimeout();
    await pause(lookEveryMs, undefined, { signal });
  }
}

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const replicas = spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= replicas &&
    (status?.readyReplicas ?? 0) >= replicas
  );
}

/** All Deployments among the objects are rolled out; other kinds are ready as soon as they are stored. */
export function untilReady(api: ApiConnection, objects: readonly KubeObject[], patience: Patience): Promise<void> {
  const paths = objects.filter(({ kind }) => kind === 'Deployment').map(pathOf);
  return untilTrue(async () => {
    const live = await Promise.all(paths.map((path) => getObject<Deployment>(api, path)));
    return live.every((deployment) => deployment !== undefined && isRolledOut(deployment));
  }, patience);
}

/** True when the pod succeeded, false when it failed. */
export async function podOutcome(api: ApiConnection, pod: Pod, patience: Patience): Promise<boolean> {
  let phase: string | undefined;
  await untilTrue(async () => {
    phase = (await getObject<Pod>(api, pathOf(pod)))?.status?.phase;
    return phase === 'Succeeded' || phase === 'Failed';
  }, patience);
  return phase === 'Succeeded';
}
