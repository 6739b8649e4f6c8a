import { type Line, type Span, span } from './spans.ts';
import type { Role } from './theme.ts';

/**
 * Colours for the three languages that lessons use. A tokenizer for reading, not a parser:
 * it never changes a character and never fails.
 */
type Rule = readonly [pattern: RegExp, role: Role];

const number: Rule = [/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.-])/y, 'syntax-number'];

const yaml: readonly Rule[] = [
  [/#.*/y, 'syntax-comment'],
  [/---|\.\.\./y, 'dim'],
  [/"(?:[^"\\]|\\.)*"(?=\s*:)|'[^']*'(?=\s*:)|[\w./$@-]+(?=\s*:(?:\s|$))/y, 'syntax-key'],
  [/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/y, 'syntax-string'],
  [/(?:true|false|null|yes|no)(?![\w-])/y, 'syntax-word'],
  number,
  [/[&*!|>-](?=\s|$)/y, 'dim'],
  [/[\w./$@*:-]+/y, 'text'],
];

const json: readonly Rule[] = [
  [/"(?:[^"\\]|\\.)*"(?=\s*:)/y, 'syntax-key'],
  [/"(?:[^"\\]|\\.)*"/y, 'syntax-string'],
  [/(?:true|false|null)\b/y, 'syntax-word'],
  number,
];

const shell: readonly Rule[] = [
  [/(?<=^|\s)#.*/y, 'syntax-comment'],
  [/"(?:[^"\\]|\\.)*"|'[^']*'/y, 'syntax-string'],
  [/\$\{[^}]*\}|\$\w+|\$\(|[A-Z_][A-Z0-9_]*(?==)/y, 'syntax-number'],
  [/(?<=\s)--?[A-Za-z][\w-]*/y, 'syntax-key'],
  [/\|\||&&|[|;&<>()]+/y, 'dim'],
  [/(?:if|then|else|fi|for|in|do|done|while|until|case|esac)(?![\w-])/y, 'syntax-word'],
  [/[\w./:@%+=,*?[\]{}-]+/y, 'text'],
];

const languages: Readonly<Record<string, readonly Rule[]>> = {
  yaml,
  yml: yaml,
  json,
  bash: shell,
  sh: shell,
  shell,
  console: shell,
};

function tokens(text: string, rules: readonly Rule[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at < text.length) {
    let found: Span | undefined;
    for (const [pattern, role] of rules) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match?.[0]) {
        found = span(match[0], role);
        break;
      }
    }
    found ??= span(text[at] ?? '', 'text');
    const last = spans.at(-1);
    if (last?.role === found.role) last.text += found.text;
    else spans.push(found);
    at += found.text.length;
  }
  return spans;
}

const commandStart = /^(\s*(?:\w+=(?:"[^"]*"|[^\s$]*)\s+)*)([\w./-]+)(?![\w./=-])/;

/** In a shell line the command itself stands out: it is what the learner looks for. */
function shellLine(text: string, continued: boolean): Line {
  const match = continued ? null : commandStart.exec(text);
  if (!match?.[2] || text.trimStart().startsWith('#')) return tokens(text, shell);
  const before = match[1] ?? '';
  return [...tokens(before, shell), span(match[2], 'syntax-word'), ...tokens(text.slice(match[0].length), shell)];
}

/** Code as lines of styled spans; an unknown language stays plain. */
export function highlight(code: string, language: string): Line[] {
  const rules = languages[language.toLowerCase()];
  const lines = code.replaceAll('\t', '  ').split('\n');
  if (!rules) return lines.map((line) => [span(line, 'text')]);
  return lines.map((line, index) =>
    rules === shell ? shellLine(line, lines[index - 1]?.endsWith('\\') ?? false) : tokens(line, rules),
  );
}
