import { describe, expect, it } from 'vitest';
import { LiveLines } from '../../src/cli/live-lines.ts';

/** A stream that keeps what it was given, as wide and high as a test says. */
function screen(size: { isTTY?: boolean; columns?: number; rows?: number }, environment: Record<string, string> = {}) {
  const written: string[] = [];
  const stdout = { ...size, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { written, lines: new LiveLines({ environment: { LANG: 'C.UTF-8', ...environment } }, stdout) };
}

const good = (text: string) => [{ text, role: 'good' as const }];

describe('lines that a subcommand draws', () => {
  it('replace each other on a terminal, in colour', () => {
    const { lines, written } = screen({ isTTY: true, columns: 60, rows: 20 });
    lines.replace([good('one'), good('two')]);
    lines.replace([good('three')]);
    expect(written).toEqual([
      '\u001b[32mone\u001b[0m\n\u001b[32mtwo\u001b[0m\n',
      '\u001b[2A\u001b[J\u001b[32mthree\u001b[0m\n',
    ]);
    expect(lines.width).toBe(60);
  });

  it('have no colour where NO_COLOR is set, and follow each other plainly where there is no terminal', () => {
    const colourless = screen({ isTTY: true }, { NO_COLOR: '1' });
    colourless.lines.replace([good('one')]);
    expect(colourless.written).toEqual(['one\n']);
    const piped = screen({});
    piped.lines.replace([good('one')]);
    piped.lines.replace([good('two')]);
    expect(piped.written).toEqual(['one\n', 'two\n']);
    expect(piped.lines.width).toBe(80);
  });

  it('are never more than the window can take back', () => {
    const { lines, written } = screen({ isTTY: true, rows: 3 });
    lines.replace(['1', '2', '3', '4', '5'].map(good));
    expect(written[0]?.split('\n')).toHaveLength(2 + 1);
  });
});
