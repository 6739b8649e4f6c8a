import type { Explanation, Link, Question } from '../check/explain/chain.ts';
import { outcomeWords } from '../tui/view/explain-screen.ts';
import type { Words } from '../words/en.ts';

/** An explanation as plain lines for a terminal or a pipe. Knows no colour. */
const marks: Readonly<Record<Link['status'], string>> = { holds: '✓', breaks: '✗', 'not-known': '?' };

export function explanationLines(
  { from, to, method, path }: Question,
  { links, outcome }: Explanation,
  words: Words,
): string[] {
  const width = Math.max(...links.map(({ title }) => title.length));
  return [
    `${from.namespace}/${from.name} → ${to.namespace}/${to.name}  ${method} ${path}`,
    '',
    ...links.flatMap((link) => linkLines(link, width, words)),
    '',
    outcomeWords(outcome, words),
  ];
}

function linkLines({ title, status, says, command, fix }: Link, width: number, { explain }: Words): string[] {
  const indent = ' '.repeat(width + 4);
  const names = [explain.shownBy, explain.toMend].map((name) => `${name}:`);
  const [shownBy = '', toMend = ''] = names.map((name) => name.padEnd(Math.max(...names.map(({ length }) => length))));
  return [
    `${marks[status]} ${title.padEnd(width)}  ${says}`,
    ...(status === 'holds' ? [] : [`${indent}${shownBy} ${command}`]),
    ...(fix ? [`${indent}${toMend} ${fix.object}${fix.field ? `, ${fix.field}` : ''}: ${fix.change}`] : []),
  ];
}
