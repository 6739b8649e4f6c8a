import { describe, expect, it } from 'vitest';
import { announce, announcedAtFirst, announceEveryMs } from '../../../src/classroom/page/view/announcements.ts';
import { countdownOf, countsOf, handViews, stuckRule } from '../../../src/classroom/page/view/at-a-glance.ts';
import { type ClassModel, modelAfter, modelOf } from '../../../src/classroom/page/view/class-model.ts';
import { clockText, elapsed } from '../../../src/classroom/page/view/elapsed.ts';
import { type GridChoice, gridOf } from '../../../src/classroom/page/view/grid.ts';
import { heatView } from '../../../src/classroom/page/view/heat.ts';
import { leadOf } from '../../../src/classroom/page/view/lead.ts';
import { detailsOf } from '../../../src/classroom/page/view/learner-details.ts';
import { pageWords } from '../../../src/classroom/page/view/page-words.ts';
import type { LearnerCard, OutlinedLesson } from '../../../src/classroom/protocol.ts';
import { course } from '../class-course.ts';
import { cardOf, classOf, doing, failing, german, minute, now, words } from './class-model-samples.ts';

const everybody: GridChoice = { order: 'attention', filter: { type: 'all' }, find: '' };
const rowsOf = (cards: readonly LearnerCard[], choice: Partial<GridChoice> = {}, state = {}) =>
  gridOf(classOf(cards, state), { ...everybody, ...choice }, now, words).rows;
const namesOf = (cards: readonly LearnerCard[], choice: Partial<GridChoice> = {}) =>
  rowsOf(cards, choice).map(({ name }) => name);

describe('the grid', () => {
  it('gives each lesson of a learner one status: done, begun, here, stuck here, away, not begun', () => {
    const statuses = (card: LearnerCard) => rowsOf([card])[0]?.cells.map(({ status, count }) => [status, count]);
    expect(statuses(cardOf('Ada'))).toEqual([
      ['none', ''],
      ['none', ''],
    ]);
    expect(statuses(cardOf('Ada', { ...doing('go-on', 1), passed: { first: 1 } }))?.[0]).toEqual(['working', '1/2']);
    expect(statuses(cardOf('Ada', { ...doing('go-on', 30), passed: { first: 1 } }))?.[0]).toEqual(['stuck', '1/2']);
    expect(statuses(cardOf('Ada', { ...doing('go-on', 30), online: false }))?.[0]).toEqual(['away', '0/2']);
    expect(statuses(cardOf('Ada', { ...doing('end', 1, 'second'), passed: { first: 1 } }))).toEqual([
      ['part', '1/2'],
      ['working', '0/1'],
    ]);
    expect(statuses(cardOf('Ada', { passed: { first: 2 } }))?.[0]).toEqual(['passed', '']);
  });

  it('says who is on what, for how long, and which condition fails with its reason', () => {
    const ada = cardOf('Ada', { ...doing('begin', 4), ...failing('ready'), attempts: 2, hints: 1 });
    expect(rowsOf([ada])[0]).toMatchObject({
      task: 'Begin',
      time: 'for 4 min',
      failing: { title: 'ready holds', why: 'ready does not hold.', said: 'wrong' },
      effort: '2 failed tries · 1 hint',
    });
  });

  it('shows nothing as failing for who is away', () => {
    expect(
      rowsOf([cardOf('Ada', { ...doing('begin', 4), ...failing('ready'), online: false })])[0]?.failing,
    ).toBeUndefined();
  });

  it('begins with raised hands, the first up first, then the stuck, the longest first, and who is away last', () => {
    const cards = [
      cardOf('Gone', { ...doing('begin', 1), online: false }),
      cardOf('Busy', doing('begin', 1)),
      cardOf('Stuck a while', doing('begin', 20)),
      cardOf('Stuck long', doing('begin', 40)),
      cardOf('Second hand', { ...doing('begin', 1), hand: now - minute }),
      cardOf('First hand', { ...doing('begin', 1), hand: now - 2 * minute }),
    ];
    expect(namesOf(cards)).toEqual(['First hand', 'Second hand', 'Stuck long', 'Stuck a while', 'Busy', 'Gone']);
    expect(rowsOf(cards).map(({ hand }) => hand)).toEqual([1, 2, undefined, undefined, undefined, undefined]);
  });

  it('orders by name as people count, and by how far they are', () => {
    const cards = [
      cardOf('Ada (10)', { passed: { first: 2 }, ...doing('end', 1, 'second') }),
      cardOf('Ada (2)', { passed: { first: 1 }, ...doing('go-on', 1) }),
      cardOf('ada', { passed: { first: 2 } }),
    ];
    expect(namesOf(cards, { order: 'name' })).toEqual(['ada', 'Ada (2)', 'Ada (10)']);
    expect(namesOf(cards, { order: 'progress' })).toEqual(['Ada (10)', 'ada', 'Ada (2)']);
  });

  it('shows only those who are chosen by standing, hand, condition or name', () => {
    const cards = [
      cardOf('Ada', { ...doing('begin', 1), ...failing('made') }),
      cardOf('Bob', { ...doing('begin', 30), hand: now }),
      cardOf('Cleo', { online: false }),
    ];
    expect(namesOf(cards, { filter: { type: 'standing', standing: 'stuck' } })).toEqual(['Bob']);
    expect(namesOf(cards, { filter: { type: 'standing', standing: 'away' } })).toEqual(['Cleo']);
    expect(namesOf(cards, { filter: { type: 'hands' } })).toEqual(['Bob']);
    const condition = { type: 'condition', lesson: 'first', task: 'begin', condition: 'made' } as const;
    expect(namesOf(cards, { filter: condition })).toEqual(['Ada']);
    expect(namesOf(cards, { filter: { ...condition, condition: 'ready' } })).toEqual([]);
    expect(namesOf(cards, { find: ' cL' })).toEqual(['Cleo']);
  });

  it('marks where the class is and where it is held, and what lies beyond the hold', () => {
    const held = classOf([cardOf('Ada')], {
      hold: { lesson: 'first', since: now },
      lead: { lesson: 'second', since: now },
    });
    const { columns, rows } = gridOf(held, everybody, now, words);
    expect(columns.map(({ mark }) => mark)).toEqual(['held', 'lead']);
    expect(rows[0]?.cells.map(({ isBeyondHold }) => isBeyondHold)).toEqual([false, true]);
  });

  it('has a lesson of another world from when somebody is in it, and holds nobody before it who is held at its step', () => {
    const elsewhere = { ...course.lessons[0], id: 'elsewhere', title: 'Elsewhere', step: 1 } as OutlinedLesson;
    const { state } = classOf([], { hold: { lesson: 'first', since: now } });
    const outline = { ...course, lessons: [...course.lessons, elsewhere].toSorted((a, b) => a.step - b.step) };
    const model = modelOf({ type: 'roster', version: 1, now, course: outline, state, learners: [cardOf('Ada')] });
    const columns = (of: ClassModel) => gridOf(of, everybody, now, words).columns.map(({ title }) => title);
    expect(columns(model)).toEqual(['First', 'Second']);
    const there = cardOf('Bob', doing('begin', 1, 'elsewhere'));
    const after = modelAfter(model, { type: 'changes', now, learners: [there] });
    expect(columns(after)).toEqual(['First', 'Elsewhere', 'Second']);
    const bob = gridOf(after, everybody, now, words).rows.find(({ name }) => name === 'Bob');
    expect(bob?.cells.map(({ isBeyondHold }) => isBeyondHold)).toEqual([false, false, true]);
    expect(bob?.task).toBe('Begin');
  });

  it('names a task by its id where the class has no such lesson', () => {
    expect(rowsOf([cardOf('Ada', doing('weights', 1, 'elsewhere'))])[0]?.task).toBe('weights');
  });
});

describe('the heat map', () => {
  const at = (name: string, condition: string, minutes: number, change = {}) =>
    cardOf(name, { ...doing('begin', minutes), ...failing(condition), ...change });
  const many = (count: number, condition: string, minutes: number, change = {}) =>
    Array.from({ length: count }, (_, index) => at(`${condition} ${minutes} ${index}`, condition, minutes, change));
  const cellsOf = (cards: readonly LearnerCard[]) =>
    heatView(classOf(cards), undefined, now, words).tasks.flatMap(({ cells }) => cells);

  it('has every condition of the lesson in its place, by task, whether it holds anybody up or not', () => {
    const { tasks, worst } = heatView(classOf([cardOf('Ada')]), undefined, now, words);
    expect(tasks.map(({ title, cells }) => [title, cells.map(({ condition }) => condition)])).toEqual([
      ['Begin', ['made', 'ready']],
      ['Go on', ['ratio']],
    ]);
    expect(tasks[0]?.cells[0]).toMatchObject({ kind: 'none', level: 0, marks: [], said: 'made holds nobody up' });
    expect(worst).toBe('No condition of this lesson holds anybody up.');
  });

  it('counts who is stuck, who is wrong and who is not there yet, of those who are present, each learner once', () => {
    const [made, ready] = cellsOf([
      ...many(11, 'ready', 30),
      ...many(2, 'ready', 1),
      ...many(1, 'ready', 2, failing('ready', 'not-yet')),
      ...many(10, 'made', 1, {
        conditions: [...(failing('made').conditions ?? []), ...(failing('ready').conditions ?? [])],
      }),
      ...many(5, 'ready', 40, { online: false }),
    ]);
    expect(ready).toMatchObject({
      kind: 'stuck',
      said: '11 of 24 are stuck on ready; ready is wrong for 2 of 24; ready does not hold yet for 1 of 24',
      marks: [
        { kind: 'stuck', count: 11, share: 11 / 24 },
        { kind: 'wrong', count: 2 },
        { kind: 'not-yet', count: 1 },
      ],
    });
    expect(made).toMatchObject({ kind: 'wrong', said: 'made is wrong for 10 of 24' });
  });

  it('is the stronger the more of the class the worst of a cell holds up', () => {
    const levelOf = (stuck: number) => {
      const rest = Array.from({ length: 30 - stuck }, (_, index) => cardOf(`Free ${index}`));
      return cellsOf([...many(stuck, 'made', 30), ...rest])[0]?.level;
    };
    expect([0, 1, 2, 3, 9, 10, 30].map(levelOf)).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  it('says the worst in one sentence, which who is stuck comes first in', () => {
    const worstOf = (cards: readonly LearnerCard[], of = words) => heatView(classOf(cards), undefined, now, of).worst;
    const cards = [...many(5, 'made', 1), ...many(2, 'ready', 30)];
    expect(worstOf(cards)).toBe('2 of 7 are stuck on ready');
    expect(worstOf(cards, german)).toBe('2 von 7 hängen an ready fest');
    expect(worstOf(cards.slice(0, 5))).toBe('made is wrong for 5 of 5');
  });

  it('goes on with the class, or stays at the lesson that was chosen, and tells of people held up elsewhere', () => {
    const cards = many(2, 'made', 30);
    const led = classOf(cards, { lead: { lesson: 'second', since: now } });
    const own = heatView(led, undefined, now, words);
    expect(own).toMatchObject({
      chosen: '',
      tasks: [],
      worst: 'This lesson has no conditions.',
      elsewhere: { lesson: 'first', text: '2 more held up in lesson 1' },
    });
    expect(own.choices.map(({ text }) => text)).toEqual([
      'Where the class is: lesson 2',
      '1. First (2 held up)',
      '2. Second',
    ]);
    const chosen = heatView(led, 'first', now, words);
    expect(chosen).toMatchObject({ chosen: 'first', worst: '2 of 2 are stuck on made', elsewhere: undefined });
    expect(heatView(led, 'no such lesson', now, words)).toEqual(own);
  });
});

describe('what stands around the grid', () => {
  it('counts learners by what they do', () => {
    const model = classOf([
      cardOf('Ada', { ...doing('begin', 30), hand: now }),
      cardOf('Bob', doing('begin', 1)),
      cardOf('Cleo', { online: false }),
      cardOf('Dan', { online: false, present: true }),
    ]);
    expect(Object.fromEntries(countsOf(model, now, words).map(({ key, count }) => [key, count]))).toEqual({
      all: 4,
      hands: 1,
      stuck: 1,
      working: 1,
      passed: 0,
      'not-begun': 1,
      away: 1,
    });
  });

  it('keeps hands in the order in which they went up', () => {
    const model = classOf([cardOf('Ada', { hand: now - minute }), cardOf('Bob', { hand: now - 3 * minute })]);
    expect(handViews(model, now, words).map(({ name, time }) => `${name} ${time}`)).toEqual([
      'Bob for 3 min',
      'Ada for 1 min',
    ]);
  });

  it('counts down to zero, says so for a minute, and is gone then', () => {
    const at = (until: number) => countdownOf(classOf([], { countdown: { until, label: 'break' } }), now);
    expect(at(now + 61_000)).toEqual({ label: 'break', left: '1:01', isOver: false });
    expect(at(now + 1)).toMatchObject({ left: '0:01', isOver: false });
    expect(at(now)).toMatchObject({ left: '0:00', isOver: true });
    expect(at(now - 61_000)).toBeUndefined();
  });

  it('states the rule of who is stuck with its numbers, in both languages', () => {
    expect(stuckRule(words)).toMatch(/50 %.*2 min.*3 have/);
    expect(stuckRule(german)).toMatch(/50 %.*2 min.*3 die/);
  });

  it('writes lengths of time so that they can be read across a room', () => {
    expect([0, 59_999, minute, 59 * minute, 60 * minute, 125 * minute].map((ms) => elapsed(ms, words))).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '59 min',
      '1 h 00',
      '2 h 05',
    ]);
    expect(elapsed(-5, words)).toBe('0 s');
    expect(clockText(600_000)).toBe('10:00');
  });

  it('speaks the first language that it knows, else English', () => {
    expect(pageWords(['fr', 'de-CH', 'en']).language).toBe('de');
    expect(pageWords(['fr']).language).toBe('en');
    expect(pageWords([]).language).toBe('en');
  });
});

describe('the lesson that is taught', () => {
  it('is the one the class was led to, with its time, notes and how its tasks go', () => {
    const model = classOf([cardOf('Ada', doing('go-on', 1)), cardOf('Bob', { passed: { first: 2 } })], {
      lead: { lesson: 'first', since: now - 3 * minute },
      pace: { 'first/begin': { passed: 2, medianMs: 2 * minute } },
    });
    expect(leadOf(model, now, words)).toMatchObject({
      title: '1. First',
      timing: '3 min of 6 min',
      isOver: false,
      share: 0.5,
      finished: '1 of 2 have finished it',
      notes: ['ask the room'],
      tasks: [
        { title: 'Begin', figures: 'median 2 min (2)' },
        { title: 'Go on', notes: ['two minutes'], figures: '1 is here' },
      ],
    });
  });

  it('says by how much the planned time is exceeded', () => {
    const model = classOf([], { lead: { lesson: 'first', since: now - 9 * minute } });
    expect(leadOf(model, now, words)).toMatchObject({ timing: '9 min of 6 min: 3 min over', isOver: true, share: 1 });
  });

  it('is where most of those present are, before the class is led anywhere', () => {
    const model = classOf([
      cardOf('Ada', doing('end', 1, 'second')),
      cardOf('Bob', doing('end', 1, 'second')),
      cardOf('Cleo', doing('begin', 1)),
      cardOf('Dan', { ...doing('begin', 1), online: false }),
      cardOf('Eve', { ...doing('begin', 1), online: false }),
    ]);
    expect(leadOf(model, now, words)).toMatchObject({ lesson: 'second', share: undefined });
  });
});

describe('one learner', () => {
  it('is shown with every condition of the task, those that were not looked at too', () => {
    const model = classOf([cardOf('Ada', { ...doing('begin', 4), ...failing('ready', 'not-yet'), hand: now })]);
    expect(detailsOf('ada', model, now, words)).toMatchObject({
      name: 'Ada',
      task: 'Lesson 1, Begin',
      hasHand: true,
      isPresent: true,
      conditions: [
        { id: 'made', status: undefined, said: 'not looked at yet' },
        { id: 'ready', status: 'not-yet', said: 'not yet' },
      ],
    });
    expect(detailsOf('nobody', model, now, words)).toBeUndefined();
  });
});

describe('what a screen reader says by itself', () => {
  const quiet = classOf([cardOf('Ada', doing('begin', 1)), cardOf('Bob', doing('begin', 1))]);

  it('is new hands and newly stuck learners, the first by name and the others by number', () => {
    const first = announcedAtFirst(quiet, now);
    const busy = modelAfter(quiet, {
      type: 'changes',
      now,
      learners: [cardOf('Ada', { ...doing('begin', 30), hand: now }), cardOf('Bob', doing('begin', 30))],
    });
    expect(announce(first, busy, now, words)?.text).toBe('Ada raises a hand. Ada is stuck. 1 more learner is stuck.');
  });

  it('says nothing twice, nothing within ten seconds of the last time, and nothing that was so at first', () => {
    const up = modelAfter(quiet, {
      type: 'changes',
      now,
      learners: [cardOf('Ada', { ...doing('begin', 1), hand: now })],
    });
    expect(announce(announcedAtFirst(up, now), up, now, words)?.text).toBe('');
    const said = announce(announcedAtFirst(quiet, now), up, now, words);
    expect(said?.text).toBe('Ada raises a hand.');
    if (!said) return;
    expect(announce(said.announced, up, now + announceEveryMs - 1, words)).toBeUndefined();
    expect(announce(said.announced, up, now + announceEveryMs, words)?.text).toBe('');
  });
});
