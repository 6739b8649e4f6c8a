import { colourDepth, isUtf8 } from '../tui/terminal-theme.ts';
import type { Line } from '../tui/view/spans.ts';
import { asciiGlyphs, paintLine, type Theme, unicodeGlyphs } from '../tui/view/theme.ts';
import type { Machine } from './compose.ts';

/** Where a subcommand draws: lines with colour that replace each other on a terminal, plain lines elsewhere. */
export class LiveLines {
  readonly isTerminal: boolean;
  readonly theme: Theme;
  readonly #stdout: NodeJS.WriteStream;
  #drawn = 0;

  constructor({ environment }: Pick<Machine, 'environment'>, stdout: NodeJS.WriteStream = process.stdout) {
    this.#stdout = stdout;
    this.isTerminal = stdout.isTTY === true && environment['TERM'] !== 'dumb';
    this.theme = {
      background: 'dark',
      // The 16 colours of the palette fit any background; more would need to know it.
      depth: this.isTerminal && colourDepth(environment) !== 'none' ? 'basic' : 'none',
      glyphs: isUtf8(environment) ? unicodeGlyphs : asciiGlyphs,
    };
  }

  get width(): number {
    return this.#stdout.columns ?? 80;
  }

  /** Lines that can be drawn over: the last one of the window is the cursor's. */
  get room(): number {
    return Math.max(1, (this.#stdout.rows ?? 24) - 1);
  }

  /** Draws over what was drawn before. What is taller than the window can't be drawn over, and is cut. */
  replace(lines: readonly Line[]): void {
    const rows = this.isTerminal ? lines.slice(0, this.room) : lines;
    const back = this.isTerminal && this.#drawn > 0 ? `\u001b[${this.#drawn}A\u001b[J` : '';
    this.#stdout.write(back + rows.map((line) => `${paintLine(line, this.theme)}\n`).join(''));
    this.#drawn = rows.length;
  }
}
