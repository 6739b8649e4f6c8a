import { describe, expect, it } from 'vitest';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, paintLine, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { en } from '../../src/tui/words/en.ts';

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
      'text',
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
    const painted = (markdown: string) =>
      rows(markdown, 80)
        .map((row) => paintLine(row, theme))
        .join('');
    expect(painted('[x](https://example.com/)')).toContain('\u001b]8;;https://example.com/\u001b\\');
    expect(painted('[x](javascript:alert)')).not.toContain('\u001b]8');
    expect(painted('[x](./other.md)')).not.toContain('\u001b]8');
  });

  it('leaves comments and <details> to readers on the web', () => {
    expect(
      text('before\n\n<!-- task: x -->\n\n<details><summary>Hint</summary>\n\nsecret\n\n</details>\n\nafter'),
    ).toBe('before\n\nafter');
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
