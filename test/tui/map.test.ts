import { afterEach, expect, it } from 'vitest';
import type { CourseEntry } from '../../src/tui/app-port.ts';
import { lessonNumber } from '../../src/tui/view/bars.ts';
import { mapLines, mapRows } from '../../src/tui/view/map-screen.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs } from '../../src/tui/view/theme.ts';
import { en } from '../../src/words/en.ts';
import { type Robot, startRobot } from './robot.ts';
import { course } from './scripted-host.ts';

let robot: Robot | undefined;
afterEach(() => robot?.close());

const beyond: readonly CourseEntry[] = [1, 2].map((number) => ({
  id: `beyond-${number}`,
  title: `Beyond ${number}`,
  minutes: 5,
  number,
  course: 'Lessons beyond',
  tasks: [{ id: 'look', title: 'Look' }],
}));

it('the map shows further courses under their titles, and the line that is chosen wherever it is', async () => {
  robot = await startRobot({ commands: {}, conditions: {} }, 80, 24);
  const content = robot.host.content();
  if (content.phase !== 'lesson') throw new Error('no lesson is open');
  const rows = mapRows([...course, ...beyond], content.session, { width: 80, glyphs: asciiGlyphs, words: en });
  const text = (height: number, chosen: number) =>
    mapLines(rows, chosen, { columns: 80, rows: height }, { glyphs: asciiGlyphs, words: en }).map((line) =>
      plain(line).trimEnd(),
    );
  const whole = text(20, 0);
  expect(whole.filter((line) => line.includes('Lessons beyond'))).toHaveLength(1);
  expect(whole.indexOf(' Lessons beyond')).toBeLessThan(whole.findIndex((line) => line.includes('Beyond 1')));
  for (const [chosen, row] of rows.entries()) {
    const marked = text(5, chosen).filter((line) => line.startsWith(asciiGlyphs.pointer));
    expect(marked).toHaveLength(1);
    if (!row.task) expect(marked[0]).toContain(row.lesson.title);
  }
});

it('a lesson is counted in its own course', () => {
  expect(lessonNumber('split-traffic', [...course, ...beyond], en)).toBe('Lesson 2 of 2');
  expect(lessonNumber('beyond-1', [...course, ...beyond], en)).toBe('Lesson 1 of 2');
});
