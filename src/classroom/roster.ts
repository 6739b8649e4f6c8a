import type { JournalEntry, ProgressRecord } from '../progress/events.ts';
import { summarize } from '../progress/summary.ts';
import type { ClassEvent, ClassRecord } from './class-records.ts';
import { Durations } from './durations.ts';
import { handsOf } from './figures.ts';
import type { ClassForLearner, ClassState, ConditionStatus, Evidence, LearnerCard, TaskPace } from './protocol.ts';

/**
 * A class as its events tell it, folded one by one: who is where, who holds up a hand, what the instructor asked for. Pure:
 * time comes with the events. Knows no connection but by what it is told, and nothing of lessons but their ids.
 */
export interface Touched {
  /** Ids of those whose card is another one now. */
  learners: ReadonlySet<string>;
  /** What is not about one learner: the figures of how fast it goes, or what everybody is told. */
  state: 'same' | 'figures' | 'class';
}

interface Learner {
  card: LearnerCard;
  /** Last number of the journal that the class has. */
  acknowledged: number;
  finished: ReadonlySet<string>;
  /** What undoing may go back to: only records that say what is finished, and where. */
  marks: JournalEntry[];
  evidence: { at: number; evidence: Evidence } | undefined;
  /** Base64; came with the evidence. */
  state: string | undefined;
}

/** A hundred kilobytes each. */
const keptStates = 50;
const keptMessages = 50;

export class Roster {
  readonly #learners = new Map<string, Learner>();
  readonly #byKey = new Map<string, string>();
  readonly #names = new Set<string>();
  /** Whose shared state is kept, the latest last. */
  readonly #withState = new Set<string>();
  readonly #durations = new Durations();
  #state: ClassState = { name: '', lessons: [], openedAt: 0, messages: [], pace: {} };
  #id = '';

  get id(): string {
    return this.#id;
  }

  get state(): ClassState {
    return this.#state;
  }

  get size(): number {
    return this.#learners.size;
  }

  cards(): LearnerCard[] {
    return [...this.#learners.values()].map(({ card }) => card);
  }

  card(learner: string): LearnerCard | undefined {
    return this.#learners.get(learner)?.card;
  }

  /** By the sha256 of a token. */
  learnerOf(key: string): string | undefined {
    return this.#byKey.get(key);
  }

  acknowledged(learner: string): number {
    return this.#learners.get(learner)?.acknowledged ?? 0;
  }

  evidence(learner: string): { at: number; evidence: Evidence } | undefined {
    return this.#learners.get(learner)?.evidence;
  }

  /** Of the sandbox, as `meshwalk state open` takes it; base64. */
  sharedState(learner: string): string | undefined {
    return this.#learners.get(learner)?.state;
  }

  /** Ids in the order in which hands were raised. */
  hands(): string[] {
    return handsOf(this.cards()).map(({ id }) => id);
  }

  apply(event: ClassEvent): Touched {
    const { record, at, origin } = event;
    if ('learner' in record && record.type !== 'joined' && record.learner !== undefined) {
      const learner = this.#learners.get(record.learner);
      if (!learner) return untouched;
      if (origin?.source === record.learner) learner.acknowledged = Math.max(learner.acknowledged, origin.number);
      return this.#aboutLearner(learner, event, record);
    }
    return this.#aboutClass(event, record, at);
  }

  /** The host begins anew: nobody is connected, and away only from now on, however long ago they joined. */
  begun(at: number): void {
    for (const learner of this.#learners.values()) learner.card = { ...learner.card, online: false, onlineSince: at };
  }

  /** A connection began or ended: no event of the log, since it says nothing after a restart. */
  connected(id: string, online: boolean, at: number): Touched {
    const learner = this.#learners.get(id);
    if (!learner || learner.card.online === online) return untouched;
    return this.#turn(learner, { online, onlineSince: at });
  }

  #aboutClass({ position, origin }: ClassEvent, record: ClassRecord, at: number): Touched {
    switch (record.type) {
      case 'class-opened':
        this.#id = record.id;
        return this.#become({ name: record.name, lessons: record.lessons, openedAt: at });
      case 'joined':
        return this.#join(record, at, origin?.number ?? 0);
      case 'held':
        return this.#become({ hold: { lesson: record.lesson, since: at }, lead: this.#leadTo(record.lesson, at) });
      case 'released': {
        const { hold: _, ...state } = this.#state;
        this.#state = state;
        return { learners: new Set(), state: 'class' };
      }
      case 'led':
        return this.#become({ lead: this.#leadTo(record.lesson, at) });
      case 'told':
        return this.#tell({ id: position, at, text: record.text });
      case 'countdown-begun':
        return this.#become({ countdown: { until: record.until, label: record.label } });
      case 'countdown-ended': {
        const { countdown: _, ...state } = this.#state;
        this.#state = state;
        return { learners: new Set(), state: 'class' };
      }
      default:
        // A kind that a later program wrote, or one about a learner that nobody knows.
        return untouched;
    }
  }

  #leadTo(lesson: string, at: number): { lesson: string; since: number } {
    const { lead } = this.#state;
    return lead?.lesson === lesson ? lead : { lesson, since: at };
  }

  #tell(message: ClassState['messages'][number]): Touched {
    return this.#become({ messages: [...this.#state.messages, message].slice(-keptMessages) });
  }

  #become(change: Partial<ClassState>): Touched {
    this.#state = { ...this.#state, ...change };
    return { learners: new Set(), state: 'class' };
  }

  #join({ learner: id, name, key }: Extract<ClassRecord, { type: 'joined' }>, at: number, number: number): Touched {
    if (this.#learners.has(id)) return untouched;
    const card: LearnerCard = {
      id,
      name: this.#ownName(name),
      joinedAt: at,
      online: false,
      onlineSince: at,
      conditions: [],
      attempts: 0,
      hints: 0,
      passed: {},
    };
    this.#byKey.set(key, id);
    this.#learners.set(id, {
      card,
      acknowledged: number,
      finished: new Set(),
      marks: [],
      evidence: undefined,
      state: undefined,
    });
    return touched(id);
  }

  /** Two of one name are told apart. */
  #ownName(name: string): string {
    let own = name;
    for (let count = 2; this.#names.has(own.toLowerCase()); count += 1) own = `${name} (${count})`;
    this.#names.add(own.toLowerCase());
    return own;
  }

  #shared(
    learner: Learner,
    at: number,
    { evidence, state }: Extract<ClassRecord, { type: 'evidence-shared' }>,
  ): Touched {
    const { id } = learner.card;
    learner.evidence = { at, evidence };
    learner.state = state;
    this.#withState.delete(id);
    if (state !== undefined) this.#withState.add(id);
    const touchedToo = this.#forgetStates();
    this.#turn(learner, { evidence: at, hasState: state !== undefined });
    return { learners: new Set([id, ...touchedToo]), state: 'same' };
  }

  /** The log keeps them all; here are those that somebody may still be about to open. Answers whose are gone. */
  #forgetStates(): string[] {
    const gone = [...this.#withState].slice(0, -keptStates);
    for (const id of gone) {
      this.#withState.delete(id);
      const learner = this.#learners.get(id);
      if (!learner) continue;
      learner.state = undefined;
      this.#turn(learner, { hasState: false });
    }
    return gone;
  }

  #aboutLearner(learner: Learner, { at, position }: ClassEvent, record: ClassRecord): Touched {
    const { card } = learner;
    switch (record.type) {
      case 'progressed':
        return this.#progress(learner, record.record, record.at, position);
      case 'hand-raised':
        return card.hand === undefined ? this.#turn(learner, { hand: at }) : untouched;
      case 'hand-lowered': {
        if (card.hand === undefined) return untouched;
        const { hand: _, ...lowered } = card;
        learner.card = lowered;
        return touched(card.id);
      }
      case 'evidence-shared':
        return this.#shared(learner, at, record);
      case 'marked':
        return this.#turn(learner, { present: record.present });
      case 'told':
        return this.#tell({ id: position, at, text: record.text, learner: card.id });
      default:
        return untouched;
    }
  }

  #progress(learner: Learner, record: ProgressRecord, at: number, number: number): Touched {
    const before = learner.card;
    learner.card = cardAfter(before, record, at);
    if (isMark(record)) {
      learner.marks.push({ version: 1, number: learner.acknowledged || number, at, record });
      this.#finish(learner, record);
    }
    if (record.type !== 'task-passed') return touched(before.id);
    const state = this.#timed(before, learner.card, record, at) ? 'figures' : 'same';
    return { learners: new Set([before.id]), state };
  }

  /** Undoing and redoing lead along the whole of what was done; anything else only adds. */
  #finish(learner: Learner, record: ProgressRecord): void {
    if (record.type === 'task-started') return;
    if (record.type === 'task-passed')
      learner.finished = new Set(learner.finished).add(`${record.lesson}/${record.task}`);
    else learner.finished = summarize(learner.marks).finished;
    const passed: Record<string, number> = {};
    for (const key of learner.finished) {
      const lesson = key.slice(0, key.indexOf('/'));
      passed[lesson] = (passed[lesson] ?? 0) + 1;
    }
    learner.card = { ...learner.card, passed };
  }

  /** Only what was begun and ended in this class tells how fast it goes. */
  #timed(
    before: LearnerCard,
    after: LearnerCard,
    { lesson, task }: { lesson: string; task: string },
    at: number,
  ): boolean {
    const began = before.at;
    if (began?.lesson !== lesson || began.task !== task || began.status !== 'doing') return false;
    if (began.since < after.joinedAt) return false;
    const key = `${lesson}/${task}`;
    const pace: TaskPace = this.#durations.add(key, at - began.since);
    this.#become({ pace: { ...this.#state.pace, [key]: pace } });
    return true;
  }

  #turn(learner: Learner, change: Partial<LearnerCard>): Touched {
    learner.card = { ...learner.card, ...change };
    return touched(learner.card.id);
  }

  /** What a learner is told of the class. */
  forLearner(id: string, now: number): ClassForLearner {
    const { name, lessons, hold, lead, countdown, messages } = this.#state;
    const place = this.#learners.get(id)?.card.hand === undefined ? 0 : this.hands().indexOf(id) + 1;
    const message = messages.findLast(({ learner }) => learner === undefined || learner === id);
    return {
      name,
      lessons,
      ...(hold && { hold: hold.lesson }),
      ...(lead && { lead: lead.lesson }),
      ...(countdown &&
        countdown.until > now && { countdown: { leftMs: countdown.until - now, label: countdown.label } }),
      ...(place > 0 && { hand: place }),
      ...(message && { message: { id: message.id, text: message.text } }),
    };
  }
}

const untouched: Touched = { learners: new Set(), state: 'same' };
const touched = (learner: string): Touched => ({ learners: new Set([learner]), state: 'same' });

const marking: ReadonlySet<ProgressRecord['type']> = new Set([
  'task-started',
  'task-passed',
  'task-undone',
  'task-redone',
  'reset',
]);
const isMark = ({ type }: ProgressRecord): boolean => marking.has(type);

/** The card after one thing that the learner did. What was finished is not its matter. */
function cardAfter(card: LearnerCard, record: ProgressRecord, at: number): LearnerCard {
  if (record.type === 'lesson-passed' || record.type === 'recalled') return card;
  if (record.type === 'reset') {
    if (record.lesson !== undefined && record.lesson !== card.at?.lesson) return card;
    const { at: _, ...elsewhere } = card;
    return { ...elsewhere, conditions: [], attempts: 0, hints: 0 };
  }
  const { lesson, task } = record;
  const isHere = card.at?.lesson === lesson && card.at.task === task;
  const isAnew = record.type === 'task-undone' || record.type === 'task-redone';
  const here: LearnerCard =
    isHere && !isAnew
      ? card
      : { ...card, at: { lesson, task, since: at, status: 'doing' }, conditions: [], attempts: 0, hints: 0 };
  switch (record.type) {
    case 'condition-changed':
      return { ...here, conditions: withCondition(here.conditions, record.condition, record.status, at) };
    case 'check-failed':
      return { ...here, attempts: here.attempts + 1 };
    case 'hint-opened':
      return { ...here, hints: Math.max(here.hints, record.hint) };
    case 'task-passed':
      return { ...here, at: { lesson, task, since: at, status: 'passed' } };
    default:
      return here;
  }
}

function withCondition(
  conditions: LearnerCard['conditions'],
  id: string,
  status: ConditionStatus,
  since: number,
): LearnerCard['conditions'] {
  return [...conditions.filter((condition) => condition.id !== id), { id, status, since }];
}
