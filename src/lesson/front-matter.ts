import type { WorldKind } from '../world/world.ts';
import { didYouMean, idForm, isId, type Problems } from './problems.ts';
import { isRecord, readYaml, type YamlBlock } from './yaml-block.ts';

export const worldKinds: readonly WorldKind[] = ['sandbox', 'aks', 'cluster'];

export interface FrontMatter {
  id: string;
  formerly: readonly string[];
  step: number;
  title: string;
  minutes: number;
  needs: readonly string[];
  worlds: readonly WorldKind[];
}

const form = 'A lesson starts with --- on its first line, then lesson, id, step, title and minutes, then --- again.';
export const frontMatterFields: Readonly<Record<string, { description: string; required?: boolean }>> = {
  lesson: { description: 'the version of this format: 1', required: true },
  id: { description: 'its name for ever: progress is kept by it', required: true },
  formerly: { description: 'ids that it had before' },
  step: { description: 'its place in the course, a whole number', required: true },
  title: { description: 'a short line of text', required: true },
  minutes: { description: 'how long it takes', required: true },
  needs: { description: 'ids of lessons whose end is the start of this one' },
  worlds: { description: 'where it can be done: [sandbox, aks, cluster]; everywhere if left out' },
};
const keys = Object.keys(frontMatterFields);

/** Splits the file after its front matter; `bodyLine` is the line on which the Markdown begins. */
export function splitFrontMatter(text: string): { yaml: string; body: string; bodyLine: number } | undefined {
  const match = /^---[ \t]*\n([\s\S]*?\n)?---[ \t]*(?:\n|$)/.exec(text);
  if (!match) return undefined;
  return { yaml: match[1] ?? '', body: text.slice(match[0].length), bodyLine: match[0].split('\n').length };
}

export function readFrontMatter(yaml: string | undefined, problems: Problems): FrontMatter | undefined {
  if (yaml === undefined) return problems.add(1, form);
  const block = readYaml(yaml, 2, problems);
  if (!block) return undefined;
  const matter = block.value;
  if (!isRecord(matter)) return problems.add(1, form);
  const before = problems.list.length;
  const missing = (key: string, valid: string) => problems.add(1, `The front matter lacks ${key}; write ${valid}.`);
  const wrong = (key: string, valid: string) =>
    key in matter ? problems.add(block.lineOf([key]), `"${key}" must be ${valid}.`) : missing(key, `${key}: ${valid}`);

  for (const key of Object.keys(matter)) {
    if (!keys.includes(key) && !key.startsWith('x-')) {
      problems.add(
        block.lineOf([key]),
        `The front matter has no key "${key}"; it has ${keys.join(', ')}.${didYouMean(key, keys)}`,
      );
    }
  }
  const { id, step, title, minutes } = matter;
  if (matter['lesson'] !== 1) wrong('lesson', '1, the version of this format');
  if (!isId(id)) wrong('id', idForm);
  if (!(Number.isInteger(step) && Number(step) >= 0))
    wrong('step', 'a whole number, the place of the lesson in the course');
  if (typeof title !== 'string' || title.trim() === '') wrong('title', 'a short line of text');
  if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= 120)) wrong('minutes', 'a number from 1 to 120');
  const formerly = listOf('formerly', isId, block, problems);
  const needs = listOf('needs', isId, block, problems);
  const worlds = 'worlds' in matter ? readWorlds(matter['worlds'], block.lineOf(['worlds']), problems) : worldKinds;
  if (problems.list.length > before || !isId(id) || typeof title !== 'string') return undefined;
  return { id, formerly, step: Number(step), title: title.trim(), minutes: Number(minutes), needs, worlds };
}

function listOf(
  key: string,
  accept: (item: unknown) => item is string,
  block: YamlBlock,
  problems: Problems,
): string[] {
  const value = isRecord(block.value) ? block.value[key] : undefined;
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(accept)) return value;
  problems.add(block.lineOf([key]), `"${key}" must be a list of lesson ids, such as [allow-traffic].`);
  return [];
}

export function readWorlds(value: unknown, line: number, problems: Problems): readonly WorldKind[] {
  const isWorld = (item: unknown): item is WorldKind => worldKinds.some((kind) => kind === item);
  if (Array.isArray(value) && value.length > 0 && value.every(isWorld)) return value;
  problems.add(line, `"worlds" must be a list with some of ${worldKinds.join(', ')}, such as [sandbox, aks].`);
  return worldKinds;
}
