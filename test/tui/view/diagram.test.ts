import { describe, expect, it } from 'vitest';
import { spokenMarkdown } from '../../../src/tui/reader/spoken-markdown.ts';
import { diagramLines } from '../../../src/tui/view/diagram/draw.ts';
import { readDiagram } from '../../../src/tui/view/diagram/mermaid.ts';
import { MarkdownRows } from '../../../src/tui/view/markdown.ts';
import { lineWidth, plain } from '../../../src/tui/view/spans.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../../src/tui/view/theme.ts';
import { en } from '../../../src/words/en.ts';

const drawn = (source: string, width: number, glyphs = unicodeGlyphs) =>
  diagramLines(source, width, glyphs)
    ?.map((line) => plain(line).trimEnd())
    .join('\n');

const shop =
  'flowchart LR\n  buyer[bookbuyer] -->|buys| store[bookstore]\n  thief[bookthief] -->|steals| store\n  store --> db[(mysql)]';

describe('diagrams in lessons', () => {
  it('read nodes, shapes, labels, chains and groups, as GitHub does', () => {
    expect(readDiagram('graph TD; a["one<br/>two"] -- says --> b & c %% why\n b --- d-e')).toEqual({
      direction: 'down',
      nodes: [
        { id: 'a', words: ['one', 'two'], shape: 'box' },
        { id: 'b', words: ['b'], shape: 'box' },
        { id: 'c', words: ['c'], shape: 'box' },
        { id: 'd-e', words: ['d-e'], shape: 'box' },
      ],
      edges: [
        { from: 'a', to: 'b', words: 'says', hasArrow: true },
        { from: 'a', to: 'c', words: 'says', hasArrow: true },
        { from: 'b', to: 'd-e', words: '', hasArrow: false },
      ],
    });
  });

  it.each([
    ['another kind', 'sequenceDiagram\n a->>b: hi'],
    ['parts', 'flowchart LR\nsubgraph x\na --> b\nend'],
    ['styles', 'flowchart LR\na --> b\nstyle a fill:#f00'],
    ['a box alone', 'flowchart LR\na --> b\nc'],
    ['an unknown arrow', 'flowchart LR\na <--> b'],
    ['nothing', 'flowchart LR'],
  ])('are shown as they are written when they hold %s', (_name, source) => {
    expect(readDiagram(source)).toBeUndefined();
    const [first] = new MarkdownRows(en).lines(`\`\`\`mermaid\n${source}\n\`\`\``, 60, unicodeGlyphs);
    expect(plain(first ?? [])).toBe(`│ ${source.split('\n')[0]}`);
  });

  it('stand side by side where there is room', () => {
    expect(drawn(shop, 80)).toBe(
      [
        '╭───────────╮                ╭───────────╮      ╭───────╮',
        '│ bookbuyer │─ buys ────────▶│ bookstore │─────▶│ mysql │',
        '╰───────────╯            ╭──▶│           │      ╰───────╯',
        '                         │   ╰───────────╯',
        '╭───────────╮            │',
        '│ bookthief │─ steals ───╯',
        '╰───────────╯',
      ].join('\n'),
    );
  });

  it('are an outline where there is none', () => {
    expect(drawn(shop, 40)).toBe(
      [
        'bookbuyer',
        '  ╰── buys ──▶ bookstore',
        '',
        'bookstore',
        '  ╰──▶ mysql',
        '',
        'bookthief',
        '  ╰── steals ──▶ bookstore',
      ].join('\n'),
    );
  });

  it('lead from top to bottom where nothing branches, with wide characters too', () => {
    expect(drawn('flowchart TD\n a[語] -->|first| b[longer]', 40)).toBe(
      [
        '╭────────╮',
        '│   語   │',
        '╰────┬───╯',
        '     │ first',
        '     ▼',
        '╭────────╮',
        '│ longer │',
        '╰────────╯',
      ].join('\n'),
    );
    expect(drawn('flowchart TD\n a[one] -->|first| b[longer]', 20, asciiGlyphs)).toBe(
      [
        '+--------+',
        '|  one   |',
        '+----+---+',
        '     | first',
        '     v',
        '+--------+',
        '| longer |',
        '+--------+',
      ].join('\n'),
    );
  });

  it('fit every width', () => {
    for (const width of [12, 20, 40, 60, 80, 120, 200]) {
      for (const source of [shop, 'graph TD\na[語語語] -->|long words here| b --> a', 'graph TD\na --> b --> c']) {
        const widest = Math.max(...(diagramLines(source, width, unicodeGlyphs) ?? []).map(lineWidth));
        expect(widest, `${width}: ${source}`).toBeLessThanOrEqual(width);
      }
    }
  });

  it('are told in sentences', () => {
    expect(spokenMarkdown(`\`\`\`mermaid\n${shop}\n\`\`\``, en)).toEqual([
      'A diagram:',
      '- bookbuyer leads to bookstore: buys.',
      '- bookthief leads to bookstore: steals.',
      '- bookstore leads to mysql.',
    ]);
  });
});
