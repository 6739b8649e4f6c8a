import type { Unforeseen } from './foresight.ts';
import { type Part, type Token, textOf, tokensOf, UnfinishedScript, type Word } from './shell-words.ts';

/**
 * The commands of a plain script in the order they would run, loops over known words unrolled. Pure. What it does not
 * understand it hands on as such, with the reason: a wrong foresight is worse than none.
 */
export type Statement =
  /** Commands joined by pipes; mostly one. Words hold text, and variables that were there before the script. */
  | { type: 'pipeline'; commands: readonly (readonly Word[])[]; text: string }
  | { type: 'opaque'; text: string; why: Unforeseen };

/** No lesson comes near it; a loop of a learner's may. */
const mostStatements = 60;

export function statementsOf(script: string): Statement[] {
  try {
    const { statements } = sequence(tokensOf(script), 0, new Map(), undefined);
    if (statements.length <= mostStatements) return statements;
    return [{ type: 'opaque', text: firstLine(script), why: { reason: 'too-many', of: `${mostStatements}` } }];
  } catch (error) {
    if (!(error instanceof UnfinishedScript)) throw error;
    return [{ type: 'opaque', text: firstLine(script), why: { reason: 'unfinished', of: error.message } }];
  }
}

const firstLine = (script: string): string => script.trim().split('\n')[0] ?? '';

/** What a variable holds that the script itself set; undefined when only the shell will know. */
type Variables = Map<string, string | undefined>;

const separators = new Set([';', '\n', '&&']);
/** Where the meaning of what follows depends on more than the words. */
const constructs = new Set(
  'if then else elif fi while until case esac select function do done { } [[ ! time coproc'.split(' '),
);

const isOperator = (token: Token | undefined, ...texts: string[]): boolean =>
  token?.type === 'operator' && texts.includes(token.text);
const isKeyword = (token: Token | undefined, text: string): boolean =>
  token?.type === 'word' && !token.word.isQuoted && token.word.text === text;

interface Sequence {
  statements: Statement[];
  /** Index of the first token that was not read. */
  end: number;
}

/** Statements up to `until` (the `done` of a loop) or the end. */
function sequence(tokens: readonly Token[], start: number, variables: Variables, until: string | undefined): Sequence {
  const statements: Statement[] = [];
  let at = start;
  while (at < tokens.length) {
    const token = tokens[at];
    if (until !== undefined && isKeyword(token, until)) return { statements, end: at };
    if (token?.type === 'operator' && separators.has(token.text)) at += 1;
    else if (isKeyword(token, 'for')) {
      const loop = forLoop(tokens, at, variables);
      statements.push(...loop.statements);
      at = loop.end;
    } else {
      const one = statement(tokens, at, variables);
      statements.push(...one.statements);
      at = one.end;
    }
  }
  if (until !== undefined) throw new UnfinishedScript(`${until}`);
  return { statements, end: at };
}

const source = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => (token.type === 'word' ? token.word.text : token.text))
    .join(' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();

/** `for NAME in WORD…; do …; done`, run through in thought. */
function forLoop(tokens: readonly Token[], start: number, variables: Variables): Sequence {
  const name = tokens[start + 1];
  const opaqueRest = (why: Unforeseen): Sequence => ({
    statements: [{ type: 'opaque', text: firstLine(source(tokens.slice(start))), why }],
    end: tokens.length,
  });
  if (name?.type !== 'word' || !isKeyword(tokens[start + 2], 'in')) return opaqueRest({ reason: 'other-loop' });
  let at = start + 3;
  const values: (string | undefined)[] = [];
  for (let token = tokens[at]; token?.type === 'word' && !isKeyword(token, 'do'); token = tokens[at]) {
    values.push(textOf(resolved(token.word, variables)));
    at += 1;
  }
  while (isOperator(tokens[at], ';', '\n')) at += 1;
  if (!isKeyword(tokens[at], 'do')) return opaqueRest({ reason: 'other-loop' });
  const from = at + 1;
  const statements: Statement[] = [];
  // Once for its end, whatever there is to go through.
  let { end } = sequence(tokens, from, new Map(variables), 'done');
  if (values.includes(undefined)) {
    const text = firstLine(source(tokens.slice(start)));
    statements.push({ type: 'opaque', text, why: { reason: 'unknown-loop' } });
  } else {
    for (const value of values.slice(0, mostStatements)) {
      variables.set(name.word.text, value);
      const body = sequence(tokens, from, variables, 'done');
      statements.push(...body.statements);
      end = body.end;
    }
  }
  return { statements, end: end + 1 };
}

/** One pipeline, up to what separates it from the next. */
function statement(tokens: readonly Token[], start: number, variables: Variables): Sequence {
  let end = start;
  while (end < tokens.length && !isOperator(tokens[end], ';', '\n', '&&', '||', '&', ';;')) end += 1;
  const own = tokens.slice(start, end);
  const text = source(own);
  const opaque = (why: Unforeseen, until = end): Sequence => ({
    statements: [{ type: 'opaque', text: firstLine(text), why }],
    end: until,
  });
  const first = own[0];
  if (first?.type === 'word' && !first.word.isQuoted && constructs.has(first.word.text))
    return opaque({ reason: 'decided-later' }, tokens.length);
  if (own.some((token) => isOperator(token, '(', ')'))) return opaque({ reason: 'decided-later' }, tokens.length);
  if (isOperator(tokens[end], '||')) return opaque({ reason: 'after-or' }, endOfLine(tokens, end));
  if (isOperator(tokens[end], '&')) return opaque({ reason: 'beside' }, end + 1);
  const commands = pipeline(own);
  if ('reason' in commands) return opaque(commands);
  const [only = []] = commands;
  if (commands.length === 1 && isAssignment(only[0])) return assignment(only, text, variables, end);
  const words = commands.map((command) => command.map((word) => resolved(word, variables)));
  return { statements: words[0]?.length ? [{ type: 'pipeline', commands: words, text }] : [], end };
}

function endOfLine(tokens: readonly Token[], from: number): number {
  const end = tokens.findIndex((token, index) => index >= from && isOperator(token, ';', '\n'));
  return end < 0 ? tokens.length : end;
}

/** Output that goes nowhere is let pass; any other redirection is a reason why not. */
function pipeline(tokens: readonly Token[]): Word[][] | Unforeseen {
  const commands: Word[][] = [[]];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.type === 'word') commands.at(-1)?.push(token.word);
    else if (isOperator(token, '|', '|&')) commands.push([]);
    else if (isOperator(token, '>', '>>', '>&')) {
      const target = tokens[at + 1];
      const text = target?.type === 'word' ? target.word.text : '';
      if (!/^(\/dev\/null|[12])$/.test(text)) return { reason: 'writes-file' };
      // `2>`: the number before is no word of the command.
      const before = commands.at(-1)?.at(-1);
      if (before && /^[12]$/.test(before.text)) commands.at(-1)?.pop();
      at += 1;
    } else return { reason: 'reads-input' };
  }
  return commands;
}

const assigned = /^([A-Za-z_]\w*)=/;
const isAssignment = (word: Word | undefined): boolean => word !== undefined && assigned.test(word.text);

/** `NAME=value` on its own. The value may come from a command, which then is looked at as well. */
function assignment(words: readonly Word[], text: string, variables: Variables, end: number): Sequence {
  if (!words.every(isAssignment))
    return { statements: [{ type: 'opaque', text, why: { reason: 'own-environment' } }], end };
  const statements: Statement[] = [];
  for (const word of words) {
    const name = assigned.exec(word.text)?.[1] ?? '';
    const value = resolved(word, variables);
    variables.set(name, textOf(value)?.slice(name.length + 1));
    for (const part of value.parts) if (part.type === 'substitution') statements.push(...statementsOf(part.script));
  }
  return { statements, end };
}

/** The word with what the script itself has set; a variable that it set to something unknown stays a pattern. */
function resolved(word: Word, variables: Variables): Word {
  if (!word.parts.some((part) => part.type === 'variable' && variables.has(part.name))) return word;
  const parts = word.parts.map((part): Part => {
    if (part.type !== 'variable' || !variables.has(part.name)) return part;
    const value = variables.get(part.name);
    return value === undefined ? { type: 'pattern', text: `$${part.name}` } : { type: 'text', text: value };
  });
  const text = parts.map((part) => (part.type === 'text' ? part.text : undefined));
  return { ...word, parts, text: text.includes(undefined) ? word.text : text.join('') };
}
