// Draws the scenes of the screen's tests as SVG pictures, to be looked at:
//   node test/tools/scene-pictures.ts FOLDER [SCENE…]
// Each at three sizes; dark, light and without colour. rsvg-convert or a browser shows them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { drawFrame } from '../../src/tui/view/frame.ts';
import { paintLine, type Theme, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { scenes } from '../tui/scenes.ts';
import { darkPaper, lightPaper, type Paper, screenPicture } from './picture.ts';

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('node test/tools/scene-pictures.ts FOLDER [SCENE…]');

const looks: Record<string, { theme: Theme; paper: Paper }> = {
  dark: { theme: { background: 'dark', depth: 'true', glyphs: unicodeGlyphs }, paper: darkPaper },
  light: { theme: { background: 'light', depth: 'true', glyphs: unicodeGlyphs }, paper: lightPaper },
  plain: { theme: { background: 'dark', depth: 'none', glyphs: unicodeGlyphs }, paper: darkPaper },
};
const sizes = [
  { columns: 40, rows: 12 },
  { columns: 60, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
  { columns: 260, rows: 60 },
];

mkdirSync(folder, { recursive: true });
for (const [name, scene] of Object.entries(scenes())) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const size of sizes) {
    for (const [look, { theme, paper }] of Object.entries(looks)) {
      const terminal = new headless.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
      const rows = drawFrame({ ...scene, size, theme }).map((row) => paintLine(row, theme));
      await new Promise<void>((resolve) => terminal.write(rows.join('\r\n'), resolve));
      const file = join(folder, `${name.replaceAll(' ', '-')}-${size.columns}x${size.rows}-${look}.svg`);
      writeFileSync(file, screenPicture(terminal, `${name}, ${size.columns}×${size.rows}, ${look}`, paper));
      terminal.dispose();
    }
  }
}
