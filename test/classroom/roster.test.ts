import { describe, expect, it } from 'vitest';
import type { ClassRecord, Origin } from '../../src/classroom/class-records.ts';
import { failingOf, handsOf, heatMapOf, standingOf, stuckLimit, worstOf } from '../../src/classroom/figures.ts';
import { Roster } from '../../src/classroom/roster.ts';
import type { ProgressRecord } from '../../src/progress/events.ts';
import { course } from './class-course.ts';
import { passed, started } from './class-host.ts';

const minute = 60_000;
const { lessons } = course;

/** Folds what is said, at the minutes it is said at. */
function classOf(): { roster: Roster; tell: Tell; did: Did } {
  const roster = new Roster();
  let position = 0;
  const tell: Tell = (at, record, origin) => {
    position += 1;
    return roster.apply({ version: 1, position, at: at * minute, record, ...(origin && { origin }) });
  };
  const numbers = new Map<string, number>();
  const did: Did = (at, learner, ...records) => {
    for (const record of records) {
      const number = (numbers.get(learner) ?? 0) + 1;
      numbers.set(learner, number);
      tell(at, { type: 'progressed', learner, at: at * minute, record }, { source: learner, number });
    }
  };
  tell(0, { type: 'class-opened', id: 'c', name: 'Tuesday', lessons: ['first', 'second'] });
  return { roster, tell, did };
}

type Tell = (at: number, record: ClassRecord, origin?: Origin) => ReturnType<Roster['apply']>;
type Did = (at: number, learner: string, ...records: ProgressRecord[]) => void;

const joined = (learner: string, name = learner): ClassRecord => ({
  type: 'joined',
  learner,
  name,
  key: `key-${learner}`,
});

describe('states of sandboxes that were shared', () => {
  const evidence = { lesson: 'first', task: 'begin', conditions: [], command: '', output: [] };

  it('are kept of the last fifty who shared one, each the latest', () => {
    const { roster, tell } = classOf();
    for (let count = 0; count < 51; count += 1) {
      tell(1, joined(`learner-${count}`));
      tell(2, { type: 'evidence-shared', learner: `learner-${count}`, evidence, state: `state ${count}` });
    }
    expect(roster.sharedState('learner-0')).toBeUndefined();
    expect(roster.card('learner-0')).toMatchObject({ hasState: false, evidence: 2 * minute });
    expect(roster.sharedState('learner-1')).toBe('state 1');
    expect(tell(3, { type: 'evidence-shared', learner: 'learner-1', evidence, state: 'later' }).learners).toEqual(
      new Set(['learner-1']),
    );
    expect(tell(4, { type: 'evidence-shared', learner: 'learner-0', evidence, state: 'again' }).learners).toEqual(
      new Set(['learner-0', 'learner-2']),
    );
    expect(roster.sharedState('learner-1')).toBe('later');
  });

  it('are gone when something is shared without one', () => {
    const { roster, tell } = classOf();
    tell(1, joined('ada'));
    tell(2, { type: 'evidence-shared', learner: 'ada', evidence, state: 'x' });
    tell(3, { type: 'evidence-shared', learner: 'ada', evidence });
    expect(roster.sharedState('ada')).toBeUndefined();
    expect(roster.card('ada')?.hasState).toBe(false);
  });
});

describe('the roster of a class', () => {
  it('knows who is at which task since when, and what of it holds', () => {
    const { roster, tell, did } = classOf();
    tell(1, joined('ada'));
    did(2, 'ada', started('begin'));
    did(3, 'ada', { type: 'condition-changed', lesson: 'first', task: 'begin', condition: 'made', status: 'passed' });
    did(4, 'ada', { type: 'condition-changed', lesson: 'first', task: 'begin', condition: 'ready', status: 'wrong' });
    did(4, 'ada', { type: 'check-failed', lesson: 'first', task: 'begin', condition: 'ready' });
    did(5, 'ada', { type: 'hint-opened', lesson: 'first', task: 'begin', hint: 2 });
    const card = roster.card('ada');
    expect(card?.at).toEqual({ lesson: 'first', task: 'begin', since: 2 * minute, status: 'doing' });
    expect(card?.conditions).toEqual([
      { id: 'made', status: 'passed', since: 3 * minute },
      { id: 'ready', status: 'wrong', since: 4 * minute },
    ]);
    expect(card).toMatchObject({ attempts: 1, hints: 2, passed: {} });
    expect(card && failingOf(card, lessons)).toMatchObject({ id: 'ready', why: 'ready does not hold.' });
    expect(roster.acknowledged('ada')).toBe(5);
  });

  it('counts a task as passed until it is undone, and again when it is redone', () => {
    const { roster, tell, did } = classOf();
    tell(1, joined('ada'));
    did(2, 'ada', started('begin'), passed('begin'), started('go-on'), passed('go-on'));
    expect(roster.card('ada')?.passed).toEqual({ first: 2 });
    did(3, 'ada', { type: 'task-undone', lesson: 'first', task: 'go-on', back: 2 });
    expect(roster.card('ada')).toMatchObject({ passed: { first: 1 }, at: { task: 'go-on', status: 'doing' } });
    did(4, 'ada', { type: 'task-redone', lesson: 'first', task: 'go-on', to: 4 });
    expect(roster.card('ada')?.passed).toEqual({ first: 2 });
    did(5, 'ada', { type: 'reset', lesson: 'first' });
    expect(roster.card('ada')).toMatchObject({ passed: {}, conditions: [] });
    expect(roster.card('ada')?.at).toBeUndefined();
  });

  it('keeps hands in the order in which they went up, and tells each its place', () => {
    const { roster, tell } = classOf();
    for (const name of ['ada', 'bob', 'cy']) tell(1, joined(name));
    tell(2, { type: 'hand-raised', learner: 'cy' });
    tell(3, { type: 'hand-raised', learner: 'ada' });
    tell(4, { type: 'hand-raised', learner: 'cy' });
    expect(handsOf(roster.cards()).map(({ id }) => id)).toEqual(['cy', 'ada']);
    expect([roster.forLearner('ada', 0).hand, roster.forLearner('bob', 0).hand]).toEqual([2, undefined]);
    tell(5, { type: 'hand-lowered', learner: 'cy' });
    expect(roster.forLearner('ada', 0).hand).toBe(1);
  });

  it('tells apart two learners of one name', () => {
    const { roster, tell } = classOf();
    tell(1, joined('1', 'Ada'));
    tell(1, joined('2', 'ada'));
    tell(1, joined('1', 'Eve'));
    expect(roster.cards().map(({ name }) => name)).toEqual(['Ada', 'ada (2)']);
  });

  it('holds the class at a lesson and lets it go; time at the lesson goes on meanwhile', () => {
    const { roster, tell } = classOf();
    tell(1, { type: 'led', lesson: 'first' });
    tell(5, { type: 'held', lesson: 'first' });
    expect(roster.state).toMatchObject({ hold: { lesson: 'first' }, lead: { lesson: 'first', since: minute } });
    tell(6, { type: 'released' });
    expect(roster.state.hold).toBeUndefined();
    tell(7, { type: 'held', lesson: 'second' });
    expect(roster.state.lead).toEqual({ lesson: 'second', since: 7 * minute });
  });

  it('gives a message to one or to all, and the time that is left of a countdown', () => {
    const { roster, tell } = classOf();
    tell(1, joined('ada'));
    tell(1, joined('bob'));
    tell(2, { type: 'told', text: 'to all' });
    tell(3, { type: 'told', learner: 'ada', text: 'to ada' });
    tell(3, { type: 'countdown-begun', until: 10 * minute, label: 'break' });
    expect(roster.forLearner('ada', 4 * minute)).toMatchObject({
      message: { text: 'to ada' },
      countdown: { leftMs: 6 * minute, label: 'break' },
    });
    expect(roster.forLearner('bob', 11 * minute)).toMatchObject({ message: { text: 'to all' } });
    expect(roster.forLearner('bob', 11 * minute).countdown).toBeUndefined();
  });

  it('passes over what a later program wrote', () => {
    const { roster, tell } = classOf();
    expect(tell(1, { type: 'sang' } as unknown as ClassRecord)).toEqual({ learners: new Set(), state: 'same' });
    expect(tell(1, { type: 'hand-raised', learner: 'nobody' })).toEqual({ learners: new Set(), state: 'same' });
    expect(roster.size).toBe(0);
  });
});

describe('who is stuck', () => {
  /** Three took two, four and nine minutes; what one did before joining says nothing about the class. */
  function paced() {
    const { roster, tell, did } = classOf();
    for (const [name, took] of [
      ['ada', 2],
      ['bob', 4],
      ['cy', 9],
    ] as const) {
      tell(1, joined(name));
      did(10, name, started('begin'));
      did(10 + took, name, passed('begin'));
    }
    tell(10, joined('late'));
    did(1, 'late', started('begin'));
    did(2, 'late', passed('begin'));
    tell(20, joined('dee'));
    roster.connected('dee', true, 20 * minute);
    did(20, 'dee', started('begin'));
    return { roster, tell, did };
  }
  const standing = (roster: Roster, at: number) => {
    const card = roster.card('dee');
    return card && standingOf(card, roster.state, lessons, at * minute);
  };

  it('is who takes longer than the median by half of it, and by two minutes at least', () => {
    const { roster } = paced();
    expect(roster.state.pace['first/begin']).toEqual({ passed: 3, medianMs: 4 * minute });
    expect(standing(roster, 26)).toMatchObject({ status: 'working' });
    expect(standing(roster, 26.1)).toMatchObject({ status: 'stuck', limit: { from: 'median', ms: 6 * minute } });
    expect(stuckLimit({ passed: 3, medianMs: 10 * minute }, undefined).ms).toBe(15 * minute);
  });

  it('is measured by the author until three have passed', () => {
    expect(stuckLimit({ passed: 2, medianMs: minute }, lessons[0])).toEqual({
      ms: 5 * minute,
      from: 'estimate',
      typicalMs: 3 * minute,
    });
  });

  it('is nobody who left, or has passed', () => {
    const { roster, tell, did } = paced();
    roster.connected('dee', false, 25 * minute);
    expect(standing(roster, 40)).toEqual({ status: 'away', forMs: 15 * minute });
    tell(26, { type: 'marked', learner: 'dee', present: true });
    expect(standing(roster, 40)).toMatchObject({ status: 'stuck' });
    did(41, 'dee', passed('begin'));
    expect(standing(roster, 45)).toEqual({ status: 'passed', forMs: 4 * minute });
  });

  it('is counted by the condition that holds them up', () => {
    const { roster, did } = paced();
    did(21, 'dee', {
      type: 'condition-changed',
      lesson: 'first',
      task: 'begin',
      condition: 'ready',
      status: 'not-yet',
    });
    const heat = () => worstOf(heatMapOf(roster.cards(), roster.state, lessons, 40 * minute));
    expect(heat()).toEqual([
      {
        lesson: 'first',
        task: 'begin',
        condition: 'ready',
        title: 'ready holds',
        stuck: 1,
        wrong: 0,
        notYet: 0,
        there: 1,
      },
    ]);
    did(22, 'dee', { type: 'condition-changed', lesson: 'first', task: 'begin', condition: 'ready', status: 'passed' });
    expect(heat()).toEqual([]);
  });
});
