import { readWorlds, worldKinds } from './front-matter.ts';
import type { Command, CommandEffect } from './lesson.ts';
import type { Piece } from './pieces.ts';
import { didYouMean, idForm, isId, type Problems } from './problems.ts';
import { isRecord } from './yaml-block.ts';

export type Fence = Extract<Piece, { type: 'fence' }>;

const effects: readonly CommandEffect[] = ['reads', 'changes', 'deletes', 'cloud'];
/** Names as Runme uses them where it has the name; the rest is ours. */
export const commandAttributes: Readonly<Record<string, { description: string; required?: boolean }>> = {
  name: { description: 'its name, unique in the lesson', required: true },
  effect: { description: `what it does to the world: ${effects.join(', ')} (cloud costs money)`, required: true },
  timeout: { description: 'when it is given up: "60s", "15m"; by its effect if left out' },
  background: { description: 'true: it goes on beside the lesson, and is started again when it dies' },
  interactive: { description: 'true: it needs the terminal for itself' },
  optional: { description: 'true: the task can be done without it' },
  worlds: { description: 'where it is offered: [sandbox, aks, cluster]; everywhere if left out' },
};
const keys = Object.keys(commandAttributes);
export const shellLanguages = ['bash', 'sh', 'shell'];

// Creating a managed cluster takes ten minutes and more on Azure; everything else is quick or broken.
const defaultTimeoutMs: Record<CommandEffect, number> = {
  reads: 120_000,
  changes: 120_000,
  deletes: 300_000,
  cloud: 1_800_000,
};

/** The JSON after a fence's language, or undefined (reported) when it is not an object. */
export function readAttributes(fence: Fence, problems: Problems): Record<string, unknown> | undefined {
  const valid = 'such as {"name":"apply-split","effect":"changes"}';
  try {
    const value: unknown = JSON.parse(fence.attributes);
    if (isRecord(value)) return value;
  } catch {
    // Reported below with the valid form: the parser's own words speak of positions nobody can see.
  }
  return problems.add(fence.line, `The attributes after "${fence.language}" must be JSON, ${valid}.`);
}

export function readCommand(
  fence: Fence,
  attributes: Record<string, unknown>,
  problems: Problems,
): Command | undefined {
  const before = problems.list.length;
  const { line } = fence;
  for (const key of Object.keys(attributes)) {
    if (!keys.includes(key)) {
      problems.add(line, `A command has no attribute "${key}"; it has ${keys.join(', ')}.${didYouMean(key, keys)}`);
    }
  }
  const { name } = attributes;
  if (name === undefined) problems.add(line, `This command has no name; write {"name":"…"} with ${idForm}.`);
  else if (!isId(name)) problems.add(line, `"name" must be ${idForm}.`);
  const effect = effects.find((known) => known === attributes['effect']);
  if (attributes['effect'] === undefined) {
    problems.add(line, `This command does not say what it does; add "effect", one of ${effects.join(', ')}.`);
  } else if (!effect) problems.add(line, `"effect" must be one of ${effects.join(', ')}.`);
  const timeoutMs = readDuration(attributes['timeout'], line, problems) ?? defaultTimeoutMs[effect ?? 'reads'];
  const flag = (key: string): boolean => {
    const value = attributes[key];
    if (value !== undefined && typeof value !== 'boolean') problems.add(line, `"${key}" must be true or false.`);
    return value === true;
  };
  const [background, interactive, optional] = [flag('background'), flag('interactive'), flag('optional')];
  const worlds = 'worlds' in attributes ? readWorlds(attributes['worlds'], line, problems) : worldKinds;
  if (fence.text.trim() === '') problems.add(line, 'This command is empty; write at least one line of shell.');
  if (problems.list.length > before || !effect || !isId(name)) return undefined;
  return { name, script: fence.text.trimEnd(), effect, timeoutMs, background, interactive, optional, worlds, line };
}

function readDuration(value: unknown, line: number, problems: Problems): number | undefined {
  if (value === undefined) return undefined;
  const match = typeof value === 'string' ? /^(\d+)(ms|s|m)$/.exec(value) : null;
  const unit = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? ''];
  if (!match || unit === undefined || Number(match[1]) === 0) {
    return problems.add(line, '"timeout" must be a duration in quotes, such as "60s" or "15m".');
  }
  return Number(match[1]) * unit;
}
