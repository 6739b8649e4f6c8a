import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { Fault } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { stateFolders } from '../progress/state-folders.ts';
import type { Subcommand } from './subcommand.ts';

/** Which cluster a subcommand looks into: the sandbox of a profile, or any that a kubeconfig names. Only reads. */
export interface MeshAccessOptions {
  profile: string;
  kubeconfig?: string;
}

export const kubeconfigOption = () =>
  new Option('--kubeconfig <file>', "look into this file's cluster instead of the sandbox");

export async function openKube(
  { profile, kubeconfig }: MeshAccessOptions,
  { machine, teardown }: Subcommand,
): Promise<KubeClient> {
  const file = kubeconfig ?? join(stateFolders(profile, 'sandbox', machine.environment).sandbox, 'kubeconfig');
  if (!existsSync(file)) {
    throw new Fault('cluster.none', {
      what: kubeconfig ? `There is no file ${kubeconfig}.` : 'The sandbox has no cluster yet.',
      next: kubeconfig ? ['meshwalk charts --kubeconfig ~/.kube/config'] : ['meshwalk', 'meshwalk sandbox status'],
    });
  }
  const { connectKubernetes } = await import('../world/kubernetes-client.ts');
  const kube = await connectKubernetes(file);
  teardown.add(() => kube.close());
  return kube;
}
