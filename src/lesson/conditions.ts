import { type CheckKind, SpecProblem } from '../check/check.ts';
import type { Condition } from './lesson.ts';
import { didYouMean, idForm, isId, type Problems } from './problems.ts';
import { isRecord, readYaml, type YamlBlock } from './yaml-block.ts';

const ownKeys = ['id', 'needs', 'why'];

/** The list in a `yaml {"check":…}` block. A condition may only need one that stands above it, so there are no circles. */
export function readConditions(
  yaml: string,
  firstLine: number,
  kinds: readonly CheckKind[],
  problems: Problems,
): Condition[] {
  const block = readYaml(yaml, firstLine, problems);
  if (!block) return [];
  if (!Array.isArray(block.value) || block.value.length === 0) {
    problems.add(firstLine, 'A check is a list of conditions, each starting with "- id: …".');
    return [];
  }
  const conditions: Condition[] = [];
  for (const [index, item] of block.value.entries()) {
    const condition = readCondition(item, index, block, kinds, problems);
    if (!condition) continue;
    if (conditions.some((earlier) => earlier.id === condition.id)) {
      problems.add(condition.line, `Two conditions of this check are called "${condition.id}"; give each its own id.`);
    }
    for (const need of condition.needs) {
      // By place in the file, not by what was read so far: a condition with a mistake still exists.
      const place = block.value.findIndex((other) => isRecord(other) && other['id'] === need);
      if (place >= 0 && place < index) continue;
      problems.add(
        block.lineOf([index, 'needs']),
        place >= 0
          ? `"${condition.id}" needs "${need}", which stands below it; put "${need}" first.`
          : `"${condition.id}" needs "${need}", which is no condition of this check.`,
      );
    }
    conditions.push(condition);
  }
  return conditions;
}

function readCondition(
  item: unknown,
  index: number,
  block: YamlBlock,
  kinds: readonly CheckKind[],
  problems: Problems,
): Condition | undefined {
  const line = block.lineOf([index]);
  if (!isRecord(item)) return problems.add(line, 'A condition starts with "- id: …", then why and what must hold.');
  const { id, why } = item;
  const label = typeof id === 'string' ? `"${id}"` : 'This condition';
  if (!isId(id)) problems.add(line, `A condition needs an id: ${idForm}.`);
  if (typeof why !== 'string' || why.trim() === '') {
    problems.add(line, `${label} has no "why"; tell the learner in one sentence what it means when it does not hold.`);
  }
  const needs = item['needs'] ?? [];
  if (!Array.isArray(needs) || !needs.every((need) => typeof need === 'string')) {
    problems.add(block.lineOf([index, 'needs']), '"needs" must be a list of condition ids, such as [weights].');
  }
  const kind = kindOf(item, index, label, block, kinds, problems);
  if (!kind) return undefined;
  const spec = readSpec(kind, item[kind.kind], index, block, problems);
  if (spec === undefined || !isId(id) || typeof why !== 'string' || !Array.isArray(needs)) return undefined;
  return { id, needs: needs.map(String), why: why.trim(), kind: kind.kind, spec: spec.value, line };
}

function kindOf(
  item: Record<string, unknown>,
  index: number,
  label: string,
  block: YamlBlock,
  kinds: readonly CheckKind[],
  problems: Problems,
): CheckKind | undefined {
  const words = Object.keys(item).filter((key) => !ownKeys.includes(key));
  const names = kinds.map((kind) => kind.kind);
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    const close = didYouMean(unknown, [...names, ...ownKeys]);
    const message = `"${unknown}" is no kind of condition; the kinds are ${names.join(', ')}.${close}`;
    return problems.add(block.lineOf([index, unknown]), message);
  }
  if (words.length === 1) return kinds.find((kind) => kind.kind === words[0]);
  const found = words.length === 0 ? 'does not say what must hold' : `has ${words.join(' and ')}`;
  return problems.add(block.lineOf([index]), `${label} ${found}; write exactly one kind, such as "resource: { … }".`);
}

function readSpec(
  kind: CheckKind,
  raw: unknown,
  index: number,
  block: YamlBlock,
  problems: Problems,
): { value: unknown } | undefined {
  try {
    return { value: kind.parse(raw) };
  } catch (problem) {
    if (!(problem instanceof SpecProblem)) throw problem;
    const path = problem.field === '' ? [] : problem.field.split('.');
    const where = problem.field === '' ? kind.kind : `${kind.kind}: ${problem.field}`;
    return problems.add(block.lineOf([index, kind.kind, ...path]), `${where}: ${problem.message}`);
  }
}
