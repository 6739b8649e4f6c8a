// The screen as it is meant to look. A change on purpose is taken over with MESHWALK_GOLDEN=write, and its diff is read;
// `node test/tools/scene-pictures.ts FOLDER` draws the same scenes as pictures.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawFrame } from '../../src/tui/view/frame.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, paintLine, type Theme, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { plainTheme } from './robot.ts';
import { scenes } from './scenes.ts';

const folder = join(import.meta.dirname, '../golden/scenes');
const sizes = ['40×12', '60×20', '80×24', '200×60'] as const;
const sizeOf = (name: string) => {
  const [columns = 0, rows = 0] = name.split('×').map(Number);
  return { columns, rows };
};

function expectGolden(file: string, shown: string): void {
  const path = join(folder, `${file.replaceAll(' ', '-')}.txt`);
  if (process.env['MESHWALK_GOLDEN'] === 'write') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, shown);
  }
  expect(shown, `${file}: if it is meant to look so, MESHWALK_GOLDEN=write`).toBe(readFileSync(path, 'utf8'));
}

const all = Object.entries(scenes());

describe('the screen looks as it is meant to', () => {
  it.each(all)('without colour: %s', (name, scene) => {
    const shown = sizes.map((size) => {
      const rows = drawFrame({ ...scene, size: sizeOf(size), theme: plainTheme });
      return `${size}\n${rows.map((row) => plain(row).trimEnd()).join('\n')}\n`;
    });
    expectGolden(name, shown.join('\n'));
  });

  const themes: Record<string, Theme> = {
    dark: { background: 'dark', depth: 'true', glyphs: unicodeGlyphs },
    light: { background: 'light', depth: 'true', glyphs: unicodeGlyphs },
    'sixteen colours': { background: 'dark', depth: 'basic', glyphs: unicodeGlyphs },
    ascii: { background: 'dark', depth: 'none', glyphs: asciiGlyphs },
  };

  it.each(Object.entries(themes))('in colour: %s', (name, theme) => {
    const shown = ['question', 'card that asks', 'failed', 'traffic'].map((scene) => {
      const view = all.find(([candidate]) => candidate === scene)?.[1];
      const rows = view ? drawFrame({ ...view, size: sizeOf('80×24'), theme }) : [];
      // Escapes are written out, so that a diff can be read.
      const text = rows.map((row) => paintLine(row, theme).replaceAll('\u001b', '␛').trimEnd()).join('\n');
      return `${scene}\n${text}\n`;
    });
    expectGolden(join('colour', name), shown.join('\n'));
  });
});
