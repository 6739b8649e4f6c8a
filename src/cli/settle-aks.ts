import { faultOf } from '../fault.ts';
import type { Findings } from '../words/en/findings.ts';
import { type AzSubscription, azureAccess, subscriptionsOf } from '../world/aks/azure-access.ts';
import { type AksChoices, checkedChoices, defaultChoices, readChoices, writeChoices } from '../world/aks/choices.ts';
import { costPerHour } from '../world/aks/prices.ts';
import { type Retirement, retirementOf } from '../world/retirement.ts';
import { type PlainTerminal, rowLines, sentenceLines } from './plain-lines.ts';
import { saidYes } from './trust.ts';

/**
 * What lesson 1 will make in the learner's subscription, and that they agreed to what it costs, once for each set of
 * choices. Asks nothing of Azure and creates nothing; the login and its subscriptions are read from az's own files.
 */
export interface AksSettling {
  /** What was said on the command line; the rest is as chosen before, or as usual. */
  wanted: Partial<AksChoices>;
  yes: boolean;
  /** Where the world keeps the answer. */
  folder: string;
  learner: Readonly<Record<string, string | undefined>>;
  /** Undefined where nobody can be asked. */
  terminal: PlainTerminal | undefined;
  out: (line: string) => void;
  findings: Findings;
  now: Date;
  signal: AbortSignal;
}

/** Ends when the lessons may run; rejects with a Fault when they may not. */
export async function settleAks(settling: AksSettling): Promise<void> {
  const { wanted, folder, learner, terminal, signal, findings } = settling;
  const before = readChoices(folder);
  const named = checkedChoices({ ...(before ?? defaultChoices), ...wanted });
  // Says what is missing before anybody is asked: a login, or a subscription.
  const { subscriptionId } = azureAccess(learner, named.subscription);
  const choices = { ...named, agreedIn: subscriptionId };
  if (before && isSame(before, choices)) return;
  if (!settling.yes) {
    if (!terminal) throw faultOf('aks.ask');
    const subscription = subscriptionsOf(learner).find(({ id }) => id === subscriptionId);
    for (const line of cardOf(choices, subscription ?? subscriptionId, terminal, settling)) settling.out(line);
    const question = findings.settling.aks.agree;
    if (!(await saidYes(terminal, signal, { question, yes: findings.told.trust.yes }))) throw faultOf('aks.not-agreed');
  }
  writeChoices(folder, choices);
}

const isSame = (one: AksChoices, other: AksChoices): boolean =>
  JSON.stringify(checkedChoices(one)) === JSON.stringify(checkedChoices(other));

function cardOf(
  choices: AksChoices,
  subscription: AzSubscription | string,
  terminal: PlainTerminal,
  { findings: { settling }, now }: AksSettling,
): string[] {
  const { aks: words } = settling;
  const { low, high, source, asOf, widenedFor } = costPerHour(choices);
  const payer = typeof subscription === 'string' ? subscription : `${subscription.name} (${subscription.id})`;
  const rows: [string, string][] = [
    [words.fields.subscription, payer],
    [words.fields.group, choices.resourceGroup],
    [words.fields.cluster, choices.cluster],
    [words.fields.region, choices.region],
    [words.fields.nodes, words.nodes(choices.nodeCount, choices.nodeSize)],
    [words.fields.cost, `${words.cost(low.toFixed(2), high.toFixed(2))} (${words.source(source, asOf)})`],
  ];
  const sentences = [
    ...widenedFor.map((what) => words.widened[what]),
    retirementSentence(retirementOf(now), words),
    words.change,
    words.nothingYet,
  ];
  return [words.title, '', ...rowLines(rows, terminal), '', ...sentenceLines(sentences, terminal)];
}

function retirementSentence({ phase, day, daysLeft }: Retirement, { retirement }: Findings['settling']['aks']): string {
  return retirement[phase](day, daysLeft);
}
