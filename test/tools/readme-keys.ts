// Writes the keymap's tables into README.md, between its `<!-- keys -->` marks: node test/tools/readme-keys.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keymapMarkdown } from '../../src/tui/keymap.ts';
import { en } from '../../src/words/en.ts';

const marks = /(<!-- keys -->\n)[\s\S]*?(<!-- \/keys -->)/;

/** The README with the tables of today's keymap. */
export const withKeys = (readme: string): string =>
  readme.replace(marks, (_, start: string, end: string) => `${start}\n${keymapMarkdown(en)}\n\n${end}`);

if (import.meta.main) {
  const file = join(import.meta.dirname, '../../README.md');
  writeFileSync(file, withKeys(readFileSync(file, 'utf8')));
}
