import { describe, expect, it } from 'vitest';
import { spoken, spokenPorts } from '../../src/cli/spoken.ts';
import { stoppedBy } from '../../src/cli/stopping.ts';
import { troubleWords } from '../../src/cli/troubles.ts';
import { faultOf } from '../../src/fault.ts';
import type { Lesson } from '../../src/lesson/lesson.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { DriverPorts } from '../../src/session/ports.ts';
import { findings } from '../../src/words/de/findings.ts';

const down = () => faultOf('sandbox.cluster-down', 'rg/aks');
const inGerman = 'Der Cluster rg/aks läuft nicht.';

/** Ports of which each one fails. */
function failing(): DriverPorts {
  const fail = () => Promise.reject(down());
  const notRun = () => {
    throw new Error('no command of this test runs');
  };
  return {
    clock: systemClock,
    runner: { run: notRun, runBeside: notRun, runInteractive: notRun },
    describeWorld: fail,
    watchWorld: fail,
    look: fail,
    openLesson: fail,
    enter: fail,
    foresee: fail,
    record: () => {
      throw down();
    },
    onBug: notRun,
  };
}

describe('what the driver is told of Faults', () => {
  it('is in the words of the learner, whichever port fails', async () => {
    const ports = spokenPorts(failing(), findings.faultTexts);
    const background: [] = [];
    await expect(ports.describeWorld()).rejects.toMatchObject({ what: inGerman });
    await expect(ports.watchWorld(() => {})).rejects.toMatchObject({ what: inGerman });
    await expect(ports.openLesson('a')).rejects.toMatchObject({ what: inGerman });
    await expect(ports.enter?.({ lesson: 'a', task: 'b', background })).rejects.toMatchObject({ what: inGerman });
    await expect(ports.foresee?.('ls', new AbortController().signal)).rejects.toMatchObject({ what: inGerman });
    expect(() => ports.record({ type: 'lesson-passed', lesson: 'a' })).toThrow(inGerman);
  });

  it('does not touch what is no Fault', async () => {
    const bug = new TypeError('x is undefined');
    await expect(spoken(() => Promise.reject(bug), findings.faultTexts)()).rejects.toBe(bug);
  });
});

describe('what stands in the way of a lesson', () => {
  const parts = { findings, log: { file: '/log', write: () => true } };
  const lesson = { id: 'a', title: 'A' } as Lesson;

  it('is told in the words of the learner, mistakes of ours too', () => {
    expect(stoppedBy(down(), lesson, undefined, parts).what).toBe(inGerman);
    expect(stoppedBy(new TypeError('x'), lesson, undefined, parts)).toMatchObject({
      what: 'meshwalk hat einen Fehler gemacht.',
      tryThis: ['Im Log steht mehr: /log'],
    });
  });

  it('also where the sandbox died and came back, or stays away', () => {
    expect(troubleWords({ type: 'restarted' }, findings)).toContain('läuft wieder');
    expect(troubleWords({ type: 'given-up', fault: down() }, findings)).toBe(inGerman);
  });
});
