import type { Word } from './shell-words.ts';

/**
 * One kubectl call as a script for the learner's shell, whose folder and variables it needs. Pure. It is built from words
 * that were read, never from the text that was typed: nothing in it is expanded but plain variables, and those only when
 * what they hold is plain as well.
 */

/** Between what kubectl printed and what it complained of; the shell has one output for both. */
const border = 'meshwalk: what was said beside it';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function shellWord(word: Word): string {
  const parts = word.parts.map((part) => {
    if (part.type === 'text') return quoted(part.text);
    if (part.type === 'variable') return `"\${${part.name}-}"`;
    throw new Error(`${word.text} is not for a dry run`);
  });
  return parts.join('');
}

const variablesIn = (words: readonly Word[]): string[] => [
  ...new Set(words.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'variable' ? [part.name] : [])))),
];

const notPlainMark = 'meshwalk: not a plain value: ';

/** The variable whose value kept the call from being tried out. */
export const notPlain = (said: string): string | undefined =>
  said.startsWith(notPlainMark) ? said.slice(notPlainMark.length) : undefined;

/** A value that could be a flag, or several words, would make another command of it: that one is not tried out. */
const guard = (name: string): string =>
  `case \${${name}-} in ''|-*|*[!A-Za-z0-9./:=_,@-]*) printf '\\n%s\\n%s' ${quoted(border)} ${quoted(`${notPlainMark}$${name}`)}; exit 1;; esac`;

/** `flags` come last: of flags given twice kubectl takes the last one. */
export function kubectlScript(words: readonly Word[], flags: readonly string[]): string {
  const call = ['command kubectl', ...words.map(shellWord), ...flags.map(quoted)].join(' ');
  return [
    ...variablesIn(words).map(guard),
    // A function of the learner's named kubectl stays out of it, and so do plugins' prompts.
    `{ __mw_said=$(${call} 2>&1 1>&3); __mw_code=$?; } 3>&1`,
    `printf '\\n%s\\n%s' ${quoted(border)} "$__mw_said"`,
    'exit $__mw_code',
  ].join('\n');
}

export interface KubectlAnswer {
  printed: string;
  said: string;
  isRefused: boolean;
}

export function answerOf(output: string, code: number | undefined): KubectlAnswer {
  const at = output.lastIndexOf(`\n${border}\n`);
  const printed = at < 0 ? output : output.slice(0, at);
  const said = at < 0 ? '' : output.slice(at + border.length + 2);
  return { printed: printed.trim(), said: said.trim(), isRefused: code !== 0 };
}
