import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { stateFolders } from '../progress/state-folders.ts';
import type { Words } from '../words/en.ts';
import { answers, findDoor } from '../world/sandbox-control.ts';
import type { Subcommand } from './subcommand.ts';

/**
 * Which cluster a subcommand looks into: the sandbox of a profile, beside whoever started it, or any that a kubeconfig
 * names. Only reads.
 */
export interface MeshAccessOptions {
  profile: string;
  kubeconfig?: string;
}

export const kubeconfigOption = ({ usage }: Words) => new Option('--kubeconfig <file>', usage.options.kubeconfig);

/** Rejects with a Fault where there is none to look into. */
export async function openKube(
  { profile, kubeconfig }: MeshAccessOptions,
  { machine, teardown }: Subcommand,
): Promise<KubeClient> {
  const file =
    kubeconfig === undefined
      ? await sandboxKubeconfig(stateFolders(profile, 'sandbox', machine.environment).sandbox)
      : existing(kubeconfig);
  const { connectKubernetes } = await import('../world/kubernetes-client.ts');
  const kube = await connectKubernetes(file);
  teardown.add(() => kube.close());
  return kube;
}

function existing(kubeconfig: string): string {
  if (existsSync(kubeconfig)) return kubeconfig;
  throw faultOf('cluster.no-kubeconfig', kubeconfig);
}

async function sandboxKubeconfig(folder: string): Promise<string> {
  const door = await findDoor(folder);
  if (!door || !(await answers(door))) {
    throw faultOf('sandbox.not-running');
  }
  const file = join(folder, 'kubeconfig');
  if (existsSync(file)) return file;
  throw faultOf('cluster.none');
}
