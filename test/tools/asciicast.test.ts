import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';

const lines = readFileSync(join(import.meta.dirname, '../../.github/meshwalk.cast'), 'utf8')
  .trimEnd()
  .split('\n');
const [header = '{}', ...events] = lines.map((line): unknown => JSON.parse(line)) as [
  object,
  ...[number, string, string][],
];

describe('the asciicast of a lesson', () => {
  it('is version 2, and every event is output at a time that does not go back', () => {
    expect(header).toMatchObject({ version: 2, width: 80, height: 24 });
    let last = 0;
    for (const [at, type, data] of events) {
      expect(at).toBeGreaterThanOrEqual(last);
      expect(type).toBe('o');
      expect(typeof data).toBe('string');
      last = at;
    }
    expect(events.length).toBeGreaterThan(20);
    expect(last, 'seconds that somebody can watch').toBeLessThan(240);
  });

  it('is small, and holds nothing of the machine that it was made on', () => {
    const text = lines.join('\n');
    expect(text.length).toBeLessThan(600_000);
    expect(text).not.toMatch(/\/tmp\/|\/root\/|\/home\/\w|eyJ[A-Za-z0-9_-]{10}|PRIVATE KEY/);
  });

  it('ends, played on a terminal, at the end of its lesson', async () => {
    const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(events.map(([, , data]) => data).join(''), resolve));
    const buffer = terminal.buffer.active;
    const screen = Array.from({ length: 24 }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '').join(
      '\n',
    );
    expect(screen).toContain('Lesson done: Bring namespaces into the mesh');
    expect(screen.split('\n').at(-1)).toMatch(/^ Enter next lesson/);
    terminal.dispose();
  });
});
