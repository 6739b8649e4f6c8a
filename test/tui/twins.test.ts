import { afterEach, describe, expect, it } from 'vitest';
import type { Lesson } from '../../src/lesson/lesson.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import type { SessionState } from '../../src/session/state.ts';
import { openLesson } from '../../src/session/tasks.ts';
import { narrate, nothingTold } from '../../src/tui/reader/narration.ts';
import { ScreenStore } from '../../src/tui/screen-store.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { de } from '../../src/words/de.ts';
import { en } from '../../src/words/en.ts';
import { plainTheme } from './robot.ts';
import { sampleLesson } from './sample-lesson.ts';
import { type ScriptedHost, scriptedHost } from './scripted-host.ts';

/** What deletes the split is written for PowerShell, too. */
function twinned(): Lesson {
  const lesson = sampleLesson();
  const twin = 'kubectl delete trafficsplit bookstore-split `\n  -n bookstore';
  const tasks = lesson.tasks.map((task) => ({
    ...task,
    blocks: task.blocks.filter((block) => block.type !== 'command' || block.command !== 'forward'),
    commands: task.commands.flatMap((command) => (command.name === 'forward' ? [] : { ...command, twin })),
  }));
  return { ...lesson, tasks };
}

const toDelete = (): SessionState =>
  openLesson({
    type: 'lesson-opened',
    lesson: twinned(),
    taskIndex: 1,
    world: { kind: 'sandbox', context: 'osm-demo', costsMoney: false },
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: {},
    at: 0,
  }).state;

let host: ScriptedHost | undefined;
let store: ScreenStore | undefined;
afterEach(async () => {
  store?.close();
  await host?.driver.close();
});

async function frame(isWindows: boolean | undefined): Promise<string> {
  const clock = new SteppedClock();
  host = await scriptedHost({ commands: {}, conditions: {}, clock });
  host.content = () => ({ phase: 'lesson', session: toDelete() });
  const size = { columns: 80, rows: 40 };
  store = new ScreenStore({ clock, theme: plainTheme, words: en, size, isWindows, onAct: () => {} });
  store.attach(host, new MarkdownRows(en));
  return store.frame().join('\n');
}

describe('what PowerShell takes in place of a command', () => {
  it('stands right below the card on Windows', async () => {
    expect(await frame(true)).toMatch(
      new RegExp(
        [
          String.raw`\$ kubectl delete trafficsplit bookstore-split -n bookstore.*`,
          '.*╯',
          '   In a PowerShell of your own:',
          '   PS> kubectl delete trafficsplit bookstore-split `',
          String.raw`   >>    -n bookstore`,
        ].join('\n'),
      ),
    );
  });

  it.each([false, undefined])('is drawn on no other system (%s)', async (isWindows) => {
    const shown = await frame(isWindows);
    expect(shown).toContain('kubectl delete trafficsplit');
    expect(shown).not.toContain('PowerShell');
  });

  it.each([en, de])('is told after the command on Windows, and on no other system: $language', (words) => {
    const content = { phase: 'lesson', session: toDelete() } as const;
    const told = (isWindows?: boolean) =>
      narrate(nothingTold, content, [], words, 0, isWindows)
        .lines.map(({ text }) => text)
        .join('\n');
    expect(told(true)).toContain(
      [
        '    kubectl delete trafficsplit bookstore-split -n bookstore',
        words.card.twin,
        '    kubectl delete trafficsplit bookstore-split `',
        '      -n bookstore',
      ].join('\n'),
    );
    expect(told()).toBe(told(false));
    expect(told()).not.toContain('PowerShell');
  });
});
