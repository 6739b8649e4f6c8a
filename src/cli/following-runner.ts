import { type Clock, sleep } from '../platform/clock.ts';
import type { CommandRunner } from '../session/ports.ts';
import type { Findings } from '../words/en/findings.ts';
import type { AzureClient, ClusterCreation, ManagedClusterView } from '../world/world.ts';

/**
 * `az aks create` says nothing for minutes. While an az runs, Azure itself is asked how far the clusters are that the
 * command names, and that is told beside it. Reads only; what Azure does goes on without us.
 */
export interface Following {
  clock: Clock;
  azure(): Promise<AzureClient | undefined>;
  words: Findings['conditions']['azureCluster'];
  /** Called when there is something new to say. */
  tell(sentence: string): void;
}

/** What is done sooner needs no telling. */
const firstLookMs = 5_000;
const betweenLooksMs = 10_000;
/** While Azure does not answer, the pause grows up to this. */
const longestPauseMs = 60_000;
const namesAksAz = /(?:^|[\s;&|(])az\s+aks\s/;
const minuteMs = 60_000;

export function followingRunner(runner: CommandRunner, following: Following): CommandRunner {
  return {
    run(request, onText) {
      const command = runner.run(request, onText);
      if (!namesAksAz.test(request.script)) return command;
      const over = new AbortController();
      void command.ended.then(() => over.abort());
      void follow(request.script, following, over.signal);
      return command;
    },
    runBeside: (request, onText) => runner.runBeside(request, onText),
    runInteractive: (request) => runner.runInteractive(request),
  };
}

/** Resolves when the command is over. */
async function follow(script: string, following: Following, over: AbortSignal): Promise<void> {
  const { clock, tell } = following;
  const begun = clock.now();
  let pauseMs = firstLookMs;
  let told = '';
  for (;;) {
    try {
      await sleep(clock, pauseMs, over);
    } catch {
      return;
    }
    try {
      const sentence = await azureAtWork(script, begun, following);
      pauseMs = betweenLooksMs;
      if (over.aborted || sentence === '' || sentence === told) continue;
      told = sentence;
      tell(sentence);
    } catch {
      // The command meets the same trouble and says so; beside it there is nothing to add.
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }
}

/** What Azure does just now with the clusters that a text names; empty when nothing. `since` counts where Azure tells no time. */
export async function azureAtWork(
  text: string,
  since: number,
  { azure, clock, words }: Pick<Following, 'azure' | 'clock' | 'words'>,
): Promise<string> {
  const seen = await underWay(text, await azure());
  return seen.map((one) => sentenceOf(one, { begun: since, now: clock.now() }, words)).join(' ');
}

interface UnderWay {
  cluster: ManagedClusterView;
  creation: ClusterCreation | undefined;
}

/** Clusters that Azure works on and that the command names: others in the subscription are nobody's business here. */
async function underWay(script: string, azure: AzureClient | undefined): Promise<UnderWay[]> {
  const clusters = (await azure?.managedClusters()) ?? [];
  const named = clusters.filter(
    ({ name, resourceGroup, provisioningState }) =>
      atWork(provisioningState) && script.includes(name) && script.includes(resourceGroup),
  );
  return Promise.all(
    named.map(async (cluster) => ({ cluster, creation: await azure?.creationOf(cluster.resourceGroup, cluster.name) })),
  );
}

const atWork = (state: string): boolean => !['Succeeded', 'Failed', 'Canceled'].includes(state);

function sentenceOf(
  { cluster, creation }: UnderWay,
  { begun, now }: { begun: number; now: number },
  words: Following['words'],
): string {
  const state = creation?.provisioningState ?? cluster.provisioningState;
  // Azure tells when a cluster was begun, not when its last change was.
  const since = (state === 'Creating' ? creation?.startedAt : undefined) ?? begun;
  const minutes = Math.floor(Math.max(0, now - since) / minuteMs);
  const pools = (creation?.pools ?? []).map((pool) => words.pool(pool.name, pool.count, pool.provisioningState));
  return words.azureSays(cluster.name, words.atWork(state, minutes, pools));
}
