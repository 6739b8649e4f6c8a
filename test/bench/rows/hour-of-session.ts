import { startRobot } from '../../tui/robot.ts';
import { heapMb } from '../heap.ts';
import { measured, type Row } from '../row.ts';

const minutes = 60;
const linesPerRun = 2000;

/**
 * The screen with the real driver for an hour on a stepped clock: a command of its learner each minute with 2,000 lines of
 * output, a frame each second, looks, lists and scrolling between them. What grows with time would show as heap.
 */
export const hourOfSession: Row = {
  name: 'hour-of-session',
  title: 'Screen after an hour of work, time compressed',
  async run() {
    const output = Array.from({ length: linesPerRun }, (_, line) => `line ${line} of a command that says much`).join(
      '\n',
    );
    const notYet = { status: 'not-yet', expected: 'half', saw: 'less' } as const;
    const conditions = { weights: { status: 'passed', saw: 'both' }, ratio: notYet } as const;
    const robot = await startRobot({ commands: { echo: { output } }, conditions, taskIndex: 0 }, 120, 40);
    const heaps: number[] = [];
    try {
      for (let minute = 0; minute < minutes; minute += 1) {
        await robot.press(':');
        await robot.type(`echo ${minute}`);
        await robot.press('enter', 'enter');
        for (let second = 0; second < 60; second += 1) {
          await robot.clock.step(1000);
          robot.store.frame();
        }
        await robot.press('tab', 'pageup', 'pagedown', 'tab', 'tab', 'v', 'm', 'escape', '?', 'escape', 'i', 'escape');
        heaps.push(heapMb());
      }
    } finally {
      await robot.close();
    }
    const [start = 0, middle = 0, end = 0] = [heaps[4], heaps[minutes / 2 - 1], heaps.at(-1)];
    const how = `after a collection; ${minutes} commands of ${linesPerRun} lines, ${minutes * 60} frames`;
    return measured(
      { what: 'heap after 5 minutes', value: start, unit: 'MB', how },
      { what: 'heap after 30 minutes', value: middle, unit: 'MB', how },
      { what: 'heap after 60 minutes', value: end, unit: 'MB', how },
      { what: 'growth from 5 to 60 minutes', value: end - start, unit: 'MB', budget: { atMost: 5 }, how },
    );
  },
};
