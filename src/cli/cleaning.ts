import { Fault, faultOf, inWords } from '../fault.ts';
import type { Clock } from '../platform/clock.ts';
import { duration } from '../tui/view/words.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Words } from '../words/en.ts';
import { costSoFar } from '../world/cost.ts';
import { type Inventory, type OwnedItem, ourTag } from '../world/ours.ts';
import type { Cleaner } from './cleaners.ts';
import { askLine, type PlainTerminal, visible } from './plain-lines.ts';
import { saidYes } from './trust.ts';

/**
 * Lists what is ours, asks, removes it piece by piece, and looks again: what is said to be gone was looked for. Knows
 * neither Azure nor Kubernetes.
 */
export interface CleaningOptions {
  world: 'aks' | 'cluster';
  /** Nobody needs to be asked. */
  yes: boolean;
  /** Undefined where nobody can be asked. */
  terminal: PlainTerminal | undefined;
  out(line: string): void;
  /** Where a line can be written over again while something takes its time. */
  progress: { write(text: string): unknown } | undefined;
  words: Words;
  findings: Findings;
  clock: Clock;
  signal: AbortSignal;
}

/** True when nothing of ours is left. */
export async function cleanUp(cleaner: Cleaner, options: CleaningOptions): Promise<boolean> {
  const { world, out, findings, signal } = options;
  const { cleanup: words } = findings;
  const before = await cleaner.inventory(signal);
  tellUntagged(before, options);
  if (before.items.length === 0) {
    out(words.nothing[world]);
    return true;
  }
  out(words.found[world]);
  for (const item of before.items) for (const line of linesOf(item, options)) out(`  ${line}`);
  const agreed = await agreedTo(before.items, options);
  const failed = await removeAll(cleaner, agreed, options);
  const after = await cleaner.inventory(signal);
  if (after.items.length === 0 && !failed) {
    out(words.proved[world]);
    return true;
  }
  out(words.stillThere);
  for (const item of after.items) out(`  ${titleOf(item, words)}`);
  return false;
}

function tellUntagged({ untagged = [] }: Inventory, { out, findings: { cleanup: words } }: CleaningOptions): void {
  if (untagged.length > 0) out(words.untagged(untagged.map(visible), `${ourTag.name}=${ourTag.value}`));
}

/** The items that may go, in their order. What costs money and holds other things wants its name typed. */
async function agreedTo(
  items: readonly OwnedItem[],
  { yes, world, terminal, out, findings, signal }: CleaningOptions,
): Promise<OwnedItem[]> {
  const { cleanup: words, told } = findings;
  const isAgreed = (item: OwnedItem) => item.type === 'resource-group' && item.isUnderWay;
  if (yes || items.every(isAgreed)) return [...items];
  if (!terminal) throw faultOf('cleanup.not-agreed', world);
  const groups = items.filter((item) => item.type === 'resource-group');
  const kept: string[] = [];
  for (const { name } of groups.filter((group) => !isAgreed(group))) {
    if ((await askLine(terminal, words.typeGroup(visible(name)), signal)) === name) continue;
    kept.push(name);
    out(words.leftAlone(visible(name)));
  }
  if (groups.length > 0) {
    // Entries of a kubeconfig are of use as long as there is a cluster.
    return items.filter((item) => (item.type === 'resource-group' ? !kept.includes(item.name) : kept.length === 0));
  }
  const isYes = await saidYes(terminal, signal, { question: words.agree, yes: told.trust.yes });
  return isYes ? [...items] : [];
}

/** True when something could not be removed; the others are all the same. */
async function removeAll(cleaner: Cleaner, items: readonly OwnedItem[], options: CleaningOptions): Promise<boolean> {
  const { out, findings, signal, world } = options;
  let hasFailed = false;
  for (const item of items) {
    const teller = new Teller(item, options);
    try {
      await cleaner.remove(item, (progress) => teller.tell(progress.left), signal);
      teller.end();
      const { gone } = findings.cleanup;
      const title = titleOf(item, findings.cleanup);
      out(`✓ ${item.type === 'mesh-config' ? gone.settings(title) : gone.item(title)}`);
      if (item.type === 'resource-group')
        for (const group of item.nodeGroups) out(`✓ ${gone.item(findings.cleanup.nodeGroup(visible(group)))}`);
    } catch (error) {
      teller.end();
      if (signal.aborted && world === 'aks') out(findings.cleanup.goesOn);
      if (!(error instanceof Fault)) throw error;
      hasFailed = true;
      const { what, why, next } = inWords(error, findings.faultTexts);
      out(`✗ ${what}`);
      if (why) out(`  ${why}`);
      for (const line of next) out(`  → ${line}`);
    }
  }
  return hasFailed;
}

/** Without a terminal a line a minute is enough. */
const quietMs = 60_000;

/** Tells how long something has taken so far: on a terminal in one line that is written over. */
class Teller {
  readonly #item: OwnedItem;
  readonly #options: CleaningOptions;
  readonly #since: number;
  #toldAt = -Infinity;

  constructor(item: OwnedItem, options: CleaningOptions) {
    this.#item = item;
    this.#options = options;
    this.#since = options.clock.now();
  }

  tell(left: number | undefined): void {
    const { progress, out, clock, findings, words } = this.#options;
    if (this.#item.type !== 'resource-group' && this.#item.type !== 'namespace') return;
    const now = clock.now();
    const elapsed = duration(now - this.#since, words);
    const name = visible(this.#item.name);
    const line = left === undefined ? findings.cleanup.going(name, elapsed) : findings.cleanup.podsLeft(name, left);
    if (progress) progress.write(`\r\u001b[K${line}`);
    else if (now - this.#toldAt >= quietMs) {
      this.#toldAt = now;
      out(line);
    }
  }

  end(): void {
    this.#options.progress?.write('\r\u001b[K');
  }
}

type CleanupWords = Findings['cleanup'];

function titleOf(item: OwnedItem, words: CleanupWords): string {
  switch (item.type) {
    case 'resource-group':
      return words.group(visible(item.name), visible(item.location));
    case 'namespace':
      return words.namespace(visible(item.name), item.pods);
    case 'mesh-config':
      return words.meshConfig(visible(item.name), item.settings.map(visible));
    case 'kubeconfig-context':
      return words.context(visible(item.name), visible(item.file));
  }
}

function linesOf(item: OwnedItem, { findings: { cleanup: said }, words, clock }: CleaningOptions): string[] {
  const title = titleOf(item, said);
  if (item.type !== 'resource-group') return [title];
  const { clusters, nodeGroups, isUnderWay, createdAt, perHour } = item;
  const lines = [title];
  if (createdAt !== undefined && perHour) {
    const cost = costSoFar({ perHour, since: createdAt }, clock.now());
    lines.push(`  ${said.age(words.cost.elapsed(cost.minutes), cost.dollars, perHour.low, perHour.high)}`);
  }
  if (isUnderWay) lines.push(`  ${said.underWay}`);
  for (const name of clusters) lines.push(`  ${said.managedCluster(visible(name))}`);
  for (const name of nodeGroups) lines.push(`  ${said.nodeGroup(visible(name))}`);
  return lines;
}
