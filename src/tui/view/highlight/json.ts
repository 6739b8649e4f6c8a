import { type Span, span } from '../spans.ts';
import { byRules, type Rule } from './rules.ts';

/** JSON, with the comments that some files have. */
const text = /"(?:[^"\\\n]|\\.)*"?/y;

const rules: readonly Rule[] = [
  [/\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/y, 'syntax-comment'],
  [/"(?:[^"\\\n]|\\.)*"(?=\s*:)/y, 'syntax-key'],
  [text, 'syntax-string'],
  [/(?:true|false|null)\b/y, 'syntax-word'],
  [/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'syntax-number'],
  [/[\s{}[\]:,]+/y, 'text'],
];

export const jsonTokens = (code: string): Span[] => byRules(code, rules, (rest) => span(rest, 'text'));
