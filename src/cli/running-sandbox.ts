import { join } from 'node:path';
import { Fault } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { systemClock } from '../platform/clock.ts';
import { stateFolders } from '../progress/state-folders.ts';
import { answers, findDoor } from '../world/sandbox-control.ts';
import type { Machine } from './compose.ts';

/** The cluster of a sandbox that runs already, beside whoever started it. Rejects with a Fault when there is none. */
export async function runningCluster(profile: string, machine: Machine): Promise<KubeClient> {
  const folder = stateFolders(profile, 'sandbox', machine.environment).sandbox;
  const door = await findDoor(folder);
  if (!door || !(await answers(door))) {
    throw new Fault('sandbox.not-running', {
      what: 'No sandbox runs, so there is nothing to look at.',
      next: ['In another terminal: meshwalk', 'Or by hand: meshwalk sandbox start'],
    });
  }
  const { connectKubernetes } = await import('../world/kubernetes-client.ts');
  return await connectKubernetes(join(folder, 'kubeconfig'), systemClock);
}
