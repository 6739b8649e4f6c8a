import { describe, expect, it } from 'vitest';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, paintLine, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { en } from '../../src/words/en.ts';

const rows = (markdown: string, width = 40) => new MarkdownRows(en).lines(markdown, width, unicodeGlyphs);
const text = (markdown: string, width?: number) =>
  rows(markdown, width)
    .map((row) => plain(row).trimEnd())
    .join('\n');
const roles = (markdown: string) =>
  rows(markdown)
    .flat()
    .filter((piece) => piece.text.trim())
    .map((piece) => [piece.text, piece.role]);

describe('Markdown on the screen', () => {
  it('draws headings, paragraphs and emphasis', () => {
    expect(text('### Head\n\nSome **bold** and *soft* text that is long enough to wrap &amp; go on.')).toBe(
      'Head\n\nSome bold and soft text that is long\nenough to wrap & go on.',
    );
    expect(roles('**a** *b* `c`')).toEqual([
      ['a', 'strong'],
      ['b', 'emphasis'],
      ['c', 'code'],
    ]);
  });

  it('indents lists, nests them, and draws each checkbox once', () => {
    expect(text('- one that is long enough to need a second row\n  - inner\n- two\n\n1. first\n2. second')).toBe(
      '• one that is long enough to need a\n  second row\n  • inner\n• two\n\n1. first\n2. second',
    );
    expect(text('- [x] made\n- [ ] left')).toBe('[✓] made\n[ ] left');
  });

  it('draws GitHub alerts with their word', () => {
    expect(text('> [!WARNING]\n> Do **not**.')).toBe('▎ Warning\n▎ Do not.');
    expect(text('> plain quote')).toBe('▎ plain quote');
  });

  it('keeps the columns of tables where there is room and wraps cells where there is not', () => {
    const table = '| Piece | What it does |\n|---|--:|\n| `proxy` | carries every request |\n| b | c |';
    expect(text(table)).toBe(
      'Piece           What it does\n─────  ─────────────────────\nproxy  carries every request\nb                          c',
    );
    expect(rows(table, 20).every((row) => lineWidth(row) <= 20)).toBe(true);
    expect(text(table, 20)).toContain('carries every');
  });

  it('colours yaml, shell and json, and changes no character of them', () => {
    const yaml = 'spec:\n  weight: 50 # half\n  name: "a: b"\n  on: true';
    expect(text(`\`\`\`yaml\n${yaml}\n\`\`\``)).toBe(
      yaml
        .split('\n')
        .map((line) => `│ ${line}`)
        .join('\n'),
    );
    expect(roles('```yaml\nweight: 50 # half\n```').map(([, role]) => role)).toEqual([
      'rule',
      'syntax-key',
      'dim',
      'syntax-number',
      'syntax-comment',
    ]);
    const shell = roles('```bash\nPOD=$(kubectl get pod -n x "$Y") # c\n```');
    expect(shell.map(([part]) => part).join('')).toBe('│ POD=$(kubectl get pod -n x "$Y")# c');
    expect(shell).toContainEqual(['-n', 'syntax-key']);
    expect(roles('```bash\nkubectl get pods\n```')).toContainEqual(['kubectl', 'syntax-word']);
    expect(roles('```json\n{"a": [1, true]}\n```')).toContainEqual(['"a"', 'syntax-key']);
  });

  it('says where a link leads, and makes only web addresses clickable', () => {
    expect(text('See [the docs](https://example.com/a).')).toBe('See the docs (https://example.com/a).');
    expect(text('See <https://example.com/a>.')).toBe('See https://example.com/a.');
    const theme = { background: 'dark', depth: 'true', glyphs: unicodeGlyphs } as const;
    const clickable = new MarkdownRows(en, { hyperlinks: true, marks: false });
    const painted = (markdown: string) =>
      clickable
        .lines(markdown, 80, unicodeGlyphs)
        .map((row) => paintLine(row, theme))
        .join('');
    expect(painted('[x](https://example.com/)')).toContain('\u001b]8;;https://example.com/\u001b\\');
    expect(painted('[x](javascript:alert)')).not.toContain('\u001b]8');
    expect(painted('[x](./other.md)')).not.toContain('\u001b]8');
    expect(painted('[x](https://a.b/\u0007\u009d)')).not.toMatch(/[\u0007\u009d]/);
    expect(painted(`[x](https://a.b/${'y'.repeat(3000)})`)).not.toContain('\u001b]8');
  });

  it('leaves the address out only where the link itself can be clicked', () => {
    const clickable = new MarkdownRows(en, { hyperlinks: true, marks: false });
    const lines = clickable.lines(
      '[the docs](https://example.com/a) ![shot](https://x.de/s.png) www.y.de',
      80,
      unicodeGlyphs,
    );
    expect(lines.map(plain)).toEqual(['the docs [shot] www.y.de']);
    expect(lines.flat().flatMap(({ link }) => link ?? [])).toContain('https://x.de/s.png');
    expect(
      rows('[x](https://example.com/)')
        .flat()
        .flatMap(({ link }) => link ?? []),
    ).toEqual([]);
    expect(text('![shot](https://x.de/s.png) ![a](b.png) www.y.de', 80)).toBe(
      '[shot] (https://x.de/s.png) [a] www.y.de',
    );
  });

  it('leaves comments out, and shows what <details> holds below its summary', () => {
    expect(
      text('before\n\n<!-- task: x -->\n\n<details><summary>More</summary>\n\ninner **text**\n\n</details>\n\nafter'),
    ).toBe('before\n\n▸ More\n\ninner text\n\nafter');
    expect(text('<p align="center">one<br>two &amp; <b>three</b> <!-- no --></p><script>no()</script>')).toBe(
      'one\ntwo & three',
    );
    expect(text('a<br>b <kbd>Esc</kbd> H<sub>2</sub>O')).toBe('a\nb Esc H2O');
  });

  it('collects footnotes at the end, in the order of their marks, and leaves others as they are written', () => {
    expect(
      text('One[^b] two[^a] one again[^b] none[^c].\n\n[^a]: About **two**.\n[^b]: About one\n    and more.\n\nEnd.'),
    ).toBe('One[1] two[2] one again[1] none[^c].\n\nEnd.\n\n────────────\n[1] About one and more.\n[2] About two.');
  });

  it('decodes references by name and number, but not in code', () => {
    expect(text('&Uuml;&#98;er &rarr; &#x1F600; &nope; &amp;amp; `&amp;`')).toBe('Über → 😀 &nope; &amp; &amp;');
  });

  it('begins lists where their author does, and numbers in columns', () => {
    expect(text('9. nine\n10. ten\n\n    more')).toBe(' 9. nine\n\n10. ten\n\n    more');
    expect(text('0. zero\n   1. inner')).toBe('0. zero\n   1. inner');
  });

  it('says alerts in words, whatever their text begins with, and takes no other quote for one', () => {
    expect(text('> [!tip]\n> - one\n> - two')).toBe('▎ Tip\n▎ • one\n▎ • two');
    expect(text('> [!CAUTION]\n>\n> `x`\n>\n> y')).toBe('▎ Caution\n▎ x\n▎\n▎ y');
    expect(text('> [!OTHER]\n> x')).toBe('▎ [!OTHER] x');
  });

  it('breaks lines where the author does', () => {
    expect(text('one  \ntwo\\\nthree\nfour')).toBe('one\ntwo\nthree four');
  });

  it('aligns cells, breaks lines in them, and goes over to a block per row before it cuts words', () => {
    const table =
      '| Name | Middle | Right |\n|:--|:-:|--:|\n| a | b | 1 |\n| longer | cc<br>d | 200 |\n| `x\\|y` | | 3 |';
    expect(text(table)).toBe(
      'Name    Middle  Right\n──────  ──────  ─────\na         b         1\nlonger    cc      200\n          d\nx|y                 3',
    );
    expect(text(table, 18)).toBe(
      'Name: a\n  Middle: b\n  Right: 1\n\nName: longer\n  Middle: cc\n  d\n  Right: 200\n\nName: x|y\n  Right: 3',
    );
  });

  it('gives tables and code the room beyond the width of text', () => {
    const wide = `| a | b |\n|--|--|\n| ${'x '.repeat(30)}| ${'y '.repeat(30)}|\n\n${'word '.repeat(20)}`;
    const lines = new MarkdownRows(en).lines(wide, 40, unicodeGlyphs, 140).map((row) => lineWidth(row));
    expect(Math.max(...lines.slice(0, 3))).toBe(120);
    expect(Math.max(...lines.slice(3))).toBeLessThanOrEqual(40);
  });

  it('keeps the marks of code and emphasis where nothing else could tell them from text', () => {
    const marked = new MarkdownRows(en, { hyperlinks: false, marks: true });
    expect(marked.lines('Run `ls` **now**, *please*.', 60, unicodeGlyphs).map(plain)).toEqual([
      'Run `ls` **now**, *please*.',
    ]);
  });

  it('lets no control sequence through', () => {
    expect(JSON.stringify(text('a\u001b[2Jb `c\u001b]52;c;x\u0007d`\n\n```\ne\u001bcf\n```'))).not.toContain('\\u001b');
  });

  it('fits every row, whatever the width', () => {
    const everything =
      '# Überschrift 語語語語\n\nText `averyveryverylongcodewordwithoutblanks` 語語語語語語語.\n\n1. > - deep `x`\n\n| a | b | c |\n|---|---|---|\n| 語語語 | long cell text | z |\n\n```yaml\na: "long long long long long value"\n```';
    for (let width = 8; width < 60; width += 1) {
      expect(
        rows(everything, width)
          .filter((row) => lineWidth(row) > Math.max(width, 17))
          .map(plain),
        String(width),
      ).toEqual([]);
    }
  });

  it('needs no character beyond ASCII where the terminal has none', () => {
    const lines = new MarkdownRows(en).lines('## Head\n\n- a … b – c → d\n\n> [!TIP]\n> “quoted” ×', 40, asciiGlyphs);
    const painted = lines
      .map((row) => paintLine(row, { background: 'dark', depth: 'none', glyphs: asciiGlyphs }))
      .join('\n');
    expect(painted).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
