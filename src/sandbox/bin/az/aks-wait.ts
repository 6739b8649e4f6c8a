import type { ManagedCluster } from '@azure/arm-containerservice';
import { sleep, systemClock } from '../../../platform/clock.ts';
import {
  type Argument,
  type AzCommand,
  clusterNameArgument,
  type Invocation,
  resourceGroupArgument,
} from './command.ts';
import { AzError, fromService } from './errors.ts';

/** `az aks wait`: polls until the cluster is as asked. */
const condition = (name: string, help: string): Argument => ({ names: [`--${name}`], key: name, kind: 'switch', help });

/** Undefined while the condition does not hold. */
function holds(invocation: Invocation, cluster: ManagedCluster | undefined): boolean {
  const { isOn } = invocation;
  if (isOn('deleted')) return cluster === undefined;
  if (!cluster) return false;
  if (cluster.provisioningState === 'Failed') throw new AzError('The operation failed');
  return isOn('exists') || cluster.provisioningState === 'Succeeded';
}

async function look({ connection, text }: Invocation): Promise<ManagedCluster | undefined> {
  try {
    return await (await connection.containers()).managedClusters.get(text('resourceGroup'), text('name'));
  } catch (error) {
    if (fromService(error, true)?.exitCode === 3) return undefined;
    throw error;
  }
}

export const waitCommand: AzCommand = {
  path: 'aks wait',
  summary: 'Wait for a managed Kubernetes cluster to reach a desired state.',
  arguments: [
    clusterNameArgument,
    resourceGroupArgument,
    condition('created', "Wait until created with 'provisioningState' at 'Succeeded'."),
    condition('updated', "Wait until updated with provisioningState at 'Succeeded'."),
    condition('deleted', 'Wait until deleted.'),
    condition('exists', 'Wait until the resource exists.'),
    {
      names: ['--interval'],
      key: 'interval',
      kind: 'value',
      integer: true,
      help: 'Polling interval in seconds. Default: 30 (at most 1 in the sandbox).',
    },
    {
      names: ['--timeout'],
      key: 'timeout',
      kind: 'value',
      integer: true,
      help: 'Maximum wait in seconds. Default: 3600.',
    },
  ],
  examples: [
    {
      what: 'Wait for a cluster that is being created.',
      line: 'az aks wait -g MyResourceGroup -n MyManagedCluster --created',
    },
  ],
  async run(invocation) {
    const { isOn, text, io } = invocation;
    if (!['created', 'updated', 'deleted', 'exists'].some(isOn))
      throw new AzError('incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH', 1);
    const timeoutSeconds = Number(text('timeout', '3600'));
    const intervalMs = Math.min(1, Number(text('interval', '30'))) * 1000;
    const until = systemClock.now() + timeoutSeconds * 1000;
    const waiting = async () => {
      while (!holds(invocation, await look(invocation))) {
        if (systemClock.now() >= until) throw new AzError(`Wait operation timed-out after ${timeoutSeconds} seconds`);
        await sleep(systemClock, Math.min(intervalMs, Math.max(0, until - systemClock.now())), io.signal);
      }
    };
    await io.running(waiting());
    return undefined;
  },
};
