import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spokenMarkdown } from '../../../src/tui/reader/spoken-markdown.ts';
import { en } from '../../../src/words/en.ts';

describe('Markdown for ears', () => {
  it('says lists, tables, notes and links in words', () => {
    const markdown = [
      '## Two ways',
      '',
      'Run **both** of `v1`, see [the docs](https://example.org/docs).',
      '',
      '- one',
      '- two',
      '',
      '1. first',
      '2. second',
      '',
      '| program | talks to |',
      '| --- | --- |',
      '| az | Azure |',
      '',
      '> [!WARNING]',
      '> It costs money.',
      '',
      '```yaml',
      'weight: 50',
      '```',
    ].join('\n');
    expect(spokenMarkdown(markdown, en)).toEqual([
      'Two ways:',
      'Run both of v1, see the docs (https://example.org/docs).',
      '- one',
      '- two',
      '1. first',
      '2. second',
      '- program: az; talks to: Azure',
      'Warning: It costs money.',
      'yaml text:',
      '    weight: 50',
    ]);
  });

  it('says footnotes, tasks, folded text and breaks in words', () => {
    const markdown =
      'One[^1].\n\n[^1]: About one.\n\n- [x] made\n- [ ] left\n\n<details><summary>More</summary>\n\ninner\n\n</details>\n\n| a |\n|--|\n| b<br>c |';
    expect(spokenMarkdown(markdown, en)).toEqual([
      'One[1].',
      '- Done: made',
      '- To do: left',
      'More:',
      'inner',
      '- a: b, c',
      'Footnote 1: About one.',
    ]);
  });

  it('leaves no border, arrow or control character in any lesson', () => {
    const folder = join(import.meta.dirname, '../../../lessons');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
      const said = spokenMarkdown(readFileSync(join(folder, file), 'utf8'), en).join('\n');
      expect(said, file).not.toMatch(/[\u2500-\u257f\u25b6\u001b]/);
    }
  });
});
