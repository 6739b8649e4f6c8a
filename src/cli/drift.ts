import type { CheckResult } from '../check/check.ts';
import type { Parts } from './compose.ts';
import { courseNames } from './course-names.ts';
import { azureAtWork } from './following-runner.ts';
import { titlesOf } from './openings.ts';
import { lookAtOutcomes, outcomesOf, type Step, stepsBefore } from './outcomes.ts';

/** What was finished and is there no longer as it was left. Looks, and changes nothing. */

/** After a restart pods need a moment until they are as they were. */
const settleMs = 8_000;
/** The message of a resume is one line or two; the card has all. */
const mostTold = 2;

export interface Drift {
  /** One for each thing: `Deployment bookstore/bookstore-v1 was deleted since.` */
  sentences: readonly string[];
  /** Titles of the tasks whose outcome is lost; playing their solutions brings it back. */
  tasks: readonly string[];
  /** Those among them that would cost money, which is for the learner to do. */
  costly: readonly string[];
}

/** Undefined when all is as it was left. */
export async function findDrift(parts: Parts, lesson: string, signal: AbortSignal): Promise<Drift | undefined> {
  const { finished } = parts.summary();
  const current = parts.catalog.find(lesson);
  const own = current ? current.tasks.map((task) => ({ lesson: current, task })) : [];
  const steps = [...stepsBefore(parts, lesson), ...own].filter((step) =>
    finished.has(`${step.lesson.id}/${step.task.id}`),
  );
  const outcomes = outcomesOf(parts, steps);
  const sentences = new Set<string>();
  const lost: Step[] = [];
  for (const step of steps) {
    const seen = await lookAtOutcomes(parts, outcomes.get(step) ?? [], settleMs, signal);
    if (signal.aborted) return undefined;
    const told = seen.flatMap(({ condition, result }) => {
      const title = titlesOf(step.lesson, parts.kinds, parts.findings)[`${step.task.id}/${condition.id}`];
      return sentenceOf(step, title ?? condition.id, result, parts);
    });
    for (const sentence of told) sentences.add(sentence);
    if (told.length > 0) lost.push(step);
  }
  if (lost.length === 0) return undefined;
  const { costsMoney } = await parts.world.describe();
  const costly = costsMoney ? lost.filter(({ task }) => task.solution.some(({ effect }) => effect === 'cloud')) : [];
  const titles = (of: readonly Step[]) => of.map(({ task }) => task.title);
  return { sentences: [...sentences], tasks: titles(lost), costly: titles(costly) };
}

/** A cluster that could not be asked has lost nothing. */
function sentenceOf({ task }: Step, title: string, result: CheckResult | undefined, { words }: Parts): string[] {
  if (result?.status !== 'wrong' && result?.status !== 'not-yet') return [];
  if (result.status === 'wrong' && result.missing !== undefined)
    return [words.host.deleted(capitalised(result.missing))];
  return [words.host.drift(task.title, title, result.saw)];
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A creation goes on in Azure when the program that began it is killed. */
async function workOnCourse({ world, folders, clock, findings }: Parts): Promise<string> {
  if (world.kind !== 'aks') return '';
  const { resourceGroup, cluster } = courseNames(world.kind, folders);
  const words = findings.conditions.azureCluster;
  return azureAtWork(`${resourceGroup} ${cluster}`, clock.now(), { azure: () => world.azure(), clock, words });
}

/** What to tell who comes back, if anything. Nobody asked, so what goes wrong here is only logged. */
export async function driftNotice(parts: Parts, lesson: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { host } = parts.words;
    const work = await workOnCourse(parts);
    // A cluster that is being made, or taken away, is not as it was left; to say so is enough.
    if (work !== '') return `${host.underWay} ${work}`;
    const drift = await findDrift(parts, lesson, signal);
    if (!drift) return undefined;
    const more = drift.sentences.length - mostTold;
    const told = [
      ...drift.sentences.slice(0, mostTold),
      ...(more > 0 ? [host.moreDrift(more)] : []),
      drift.costly.length > 0 ? host.maySee : host.mayReplay,
    ];
    return told.join(' ');
  } catch (error) {
    // The lesson's own look will meet the same trouble and tell it.
    if (!signal.aborted) parts.log.write('looking for drift', error);
    return undefined;
  }
}
