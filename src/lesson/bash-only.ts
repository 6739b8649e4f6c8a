import { type Token, tokensOf, UnfinishedScript, type Word } from '../world/foresight/shell-words.ts';

/**
 * What of a script PowerShell 7 on Windows does not take as bash does. No parser of PowerShell: it knows what lessons
 * use, and where both take the same text as the same command. Single quotes mean the same in both, with double quotes
 * inside them as well (from PowerShell 7.3 on), and so do `$NAME`, pipes, `;`, `&&` and `2>&1`.
 */
export interface BashOnly {
  /** In the script, from 0. */
  line: number;
  what: string;
}

/** Programs that come with bash on Windows, and not with Windows. */
const unixPrograms = new Set(
  'awk base64 cut env grep head jq printf sed seq tail touch tr true false uniq wc which xargs'.split(' '),
);
const builtins = new Set('. alias declare eval export local read set source test trap unset'.split(' '));
const keywords = new Set(
  '! [ [[ case do done elif else esac fi for function if select then time until while'.split(' '),
);
const operators = new Set(['&', '(', ')', ';;', '<', '<&', '<<', '<<<', '|&']);

/** The first of it; undefined where the script runs in both. */
export function bashOnly(script: string): BashOnly | undefined {
  const continued = script.split('\n').findIndex((line) => /(?<!\\)(?:\\\\)*\\$/.test(line));
  if (continued >= 0) return { line: continued, what: 'a backslash at the end of a line' };
  try {
    return firstIn(tokensOf(script));
  } catch (error) {
    if (error instanceof UnfinishedScript) return undefined;
    throw error;
  }
}

function firstIn(tokens: readonly Token[]): BashOnly | undefined {
  let line = 0;
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const isFirst = before === undefined || (before.type === 'operator' && !/[<>]/.test(before.text));
    const what = inToken(token, isFirst, tokens[index + 1]);
    if (what !== undefined) return { line, what };
    line += (token.type === 'operator' ? token.text : token.word.text).split('\n').length - 1;
  }
  return undefined;
}

function inToken(token: Token, isFirst: boolean, next: Token | undefined): string | undefined {
  if (token.type === 'operator') return operators.has(token.text) ? token.text : undefined;
  return (isFirst ? inCommand(token.word, next?.type === 'word') : undefined) ?? inWord(token.word);
}

/** Of the word that says what is run. */
function inCommand(word: Word, hasArguments: boolean): string | undefined {
  const { text } = word;
  const assigned = /^[A-Za-z_]\w*\+?=/.exec(text);
  if (assigned) return `${assigned[0]}…`;
  if (keywords.has(text) || builtins.has(text)) return text;
  if (unixPrograms.has(text)) return `${text}, which Windows does not have`;
  if (text === 'echo' && !hasArguments) return 'echo alone, which asks what to say';
  return word.isQuoted || text.startsWith('$') ? `${text} as a program` : undefined;
}

function inWord({ text, parts }: Word): string | undefined {
  for (const part of parts) {
    if (part.type === 'substitution') return '$(…)';
    if (part.type === 'pattern') return part.text;
    // PowerShell reads `$POD:15010` as the variable `15010` of a drive `POD`.
    if (part.type === 'variable' && text.includes(`$${part.name}:`)) return `$${part.name}:`;
  }
  return /\\["'$`\\\s]/.exec(text.replaceAll(/'[^']*'/g, ''))?.[0];
}
