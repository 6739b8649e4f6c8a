import { type Span, span } from '../spans.ts';
import type { Role } from '../theme.ts';

/** What `kubectl diff` prints: each line by its first character, which stays to be read without colours. */
function roleOf(line: string): Role {
  if (/^(?:\+\+\+|---|diff |index )/.test(line)) return 'strong';
  if (line.startsWith('@@')) return 'info';
  if (line.startsWith('+')) return 'good';
  return line.startsWith('-') ? 'bad' : 'text';
}

export const diffTokens = (code: string): Span[] => code.split(/(?<=\n)/).map((line) => span(line, roleOf(line)));
