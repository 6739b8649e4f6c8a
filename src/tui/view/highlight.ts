import { diffTokens } from './highlight/diff.ts';
import { jsonTokens } from './highlight/json.ts';
import { consoleTokens, shellTokens } from './highlight/shell.ts';
import { yamlTokens } from './highlight/yaml.ts';
import { type Line, type Span, span } from './spans.ts';

/**
 * Colours for the languages that lessons use. Tokenizers for reading, not parsers: put together, their tokens are the
 * text itself, and no text makes them fail. Does not know rows or themes.
 */
type Tokenizer = (text: string) => Span[];

const languages: Readonly<Record<string, Tokenizer>> = {
  yaml: yamlTokens,
  yml: yamlTokens,
  json: jsonTokens,
  jsonc: jsonTokens,
  bash: shellTokens,
  sh: shellTokens,
  shell: shellTokens,
  zsh: shellTokens,
  console: consoleTokens,
  'shell-session': consoleTokens,
  diff: diffTokens,
};

/** The tokens cut at the ends of lines; neighbours in one style are one span. */
function linesOf(tokens: readonly Span[]): Line[] {
  const lines: Span[][] = [[]];
  for (const token of tokens) {
    for (const [index, text] of token.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      const line = lines.at(-1);
      const last = line?.at(-1);
      if (text === '') continue;
      if (last?.role === token.role) line?.splice(-1, 1, { ...last, text: last.text + text });
      else line?.push({ ...token, text });
    }
  }
  return lines;
}

/** Code as lines of styled spans; an unknown language stays plain. */
export function highlight(code: string, language: string): Line[] {
  const tokens = languages[language.toLowerCase()];
  return linesOf(tokens ? tokens(code) : [span(code)]);
}
