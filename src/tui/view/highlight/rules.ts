import { type Span, span } from '../spans.ts';
import type { Role } from '../theme.ts';

/** Cuts text by sticky patterns, the first one that fits. What no pattern takes goes character by character. */
export type Rule = readonly [pattern: RegExp, role: Role];

export function byRules(text: string, rules: readonly Rule[], other: (character: string) => Span): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const found = ruleAt(text, at, rules) ?? other(String.fromCodePoint(text.codePointAt(at) ?? 0));
    spans.push(found);
    at += found.text.length;
  }
  return spans;
}

function ruleAt(text: string, at: number, rules: readonly Rule[]): Span | undefined {
  for (const [pattern, role] of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) return span(found, role);
  }
  return undefined;
}
