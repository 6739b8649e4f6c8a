import type { ResourceManagementClient } from '@azure/arm-resources';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { DeletionOptions } from '../world.ts';

/**
 * Deletes a resource group and follows it to its end. The SDK's poller says where it stands in a text that is worth
 * keeping: a program that was killed goes on from there, and Azure goes on meanwhile anyway.
 */
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

interface Deletion {
  client: ResourceManagementClient;
  clock: Clock;
  name: string;
  options: DeletionOptions;
  startedAt: number;
}

export async function deleteGroup(
  client: ResourceManagementClient,
  clock: Clock,
  name: string,
  options: DeletionOptions,
): Promise<void> {
  const deletion: Deletion = { client, clock, name, options, startedAt: clock.now() };
  const operation = (await resumed(deletion)) ?? (await begun(deletion));
  if (operation) await follow(deletion, operation);
  else await watchItGo(deletion);
}

/** Wrapped, because a poller is a promise of the whole deletion too: whoever awaits it waits for its end. */
interface Operation {
  poller: ReturnType<ResourceManagementClient['resourceGroups']['delete']>;
}

/** Undefined where there is nothing to go on from: no text, or one that leads nowhere any more. */
async function resumed({ client, options }: Deletion): Promise<Operation | undefined> {
  const { resumeFrom, signal } = options;
  if (resumeFrom === undefined) return undefined;
  const { restorePoller } = await import('@azure/arm-resources');
  try {
    const poller: Operation['poller'] = restorePoller(client, resumeFrom, client.resourceGroups.delete);
    await poller.poll(signal ? { abortSignal: signal } : {});
    return { poller };
  } catch (error) {
    // Azure forgets operations after a day, and the text may be of another version: the group itself is asked then.
    if (isAnswered(error) || isUnusable(error)) return undefined;
    throw error;
  }
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** A text that cannot be read: the SDK throws plain errors then, which have neither status nor code. */
const isUnusable = (error: unknown): boolean =>
  error instanceof Error && statusOf(error) === undefined && !('code' in error) && error.name !== 'AbortError';
const isAnswered = (error: unknown): boolean => [400, 404, 410].includes(statusOf(error) ?? 0);

/** Undefined when somebody else deletes it already. */
async function begun({ client, name, options }: Deletion): Promise<Operation | undefined> {
  const { signal } = options;
  const poller = client.resourceGroups.delete(name, signal ? { abortSignal: signal } : {});
  try {
    await poller.submitted();
    return { poller };
  } catch (error) {
    // 404: gone before we asked. Other conflicts (a lock, a disabled subscription) are a no, and nothing would ever go.
    if (statusOf(error) === 404 || codeOf(error) === 'ResourceGroupBeingDeleted') return undefined;
    throw error;
  }
}

async function follow({ clock, options, startedAt }: Deletion, { poller }: Operation): Promise<void> {
  const { signal, onProgress } = options;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    await onProgress?.({ resumeFrom: await poller.serialize(), elapsedMs: clock.now() - startedAt });
    if (poller.isDone) break;
    await sleep(clock, pauseMs, signal);
    await poller.poll(signal ? { abortSignal: signal } : {});
  }
  // Throws what Azure ended with, when that was no success.
  await poller.pollUntilDone();
}

async function watchItGo({ client, clock, name, options, startedAt }: Deletion): Promise<void> {
  const { signal, onProgress } = options;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const { body: isThere } = await client.resourceGroups.checkExistence(name, signal ? { abortSignal: signal } : {});
    if (!isThere) return;
    await onProgress?.({ resumeFrom: undefined, elapsedMs: clock.now() - startedAt });
    await sleep(clock, pauseMs, signal);
  }
}
