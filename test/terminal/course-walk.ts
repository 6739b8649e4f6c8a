// The whole course by keys alone: what a learner reads is asserted against the lesson files at every step.
import { expect } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { titlesOf } from '../../src/cli/openings.ts';
import type { Command, Lesson, Question, Task } from '../../src/lesson/lesson.ts';
import { findings } from '../../src/words/en/findings.ts';
import { en } from '../../src/words/en.ts';
import { outputs } from './course-outputs.ts';
import type { Learner } from './learner.ts';
import { enterWord, type ScreenReading, squash } from './screen-reading.ts';

type Deed = (learner: Learner) => Promise<void>;

/** What a learner does beside the lesson's own way. */
export interface Detours {
  /** At the introduction of a lesson. */
  at: Readonly<Record<string, Deed>>;
  /** With the card of `<lesson>/<command>` on the screen. */
  before: Readonly<Record<string, Deed>>;
  /** And not running it. */
  instead: Readonly<Record<string, Deed>>;
  /** Once `<lesson>/<task>` passed. */
  after: Readonly<Record<string, Deed>>;
}

const isGrave = ({ effect }: Command): boolean => effect === 'cloud' || effect === 'deletes';

/** A title as it may stand in a narrow bar. */
function expectTitle(shown: string, title: string): void {
  const [start = ''] = shown.split('…');
  expect(start.length).toBeGreaterThan(shown.includes('…') ? 12 : 0);
  expect(shown.includes('…') ? title.startsWith(start.trimEnd()) : shown.includes(title), `${title} in ${shown}`).toBe(
    true,
  );
}

export class CourseWalk {
  readonly #learner: Learner;
  readonly #detours: Detours;

  constructor(learner: Learner, detours: Detours) {
    this.#learner = learner;
    this.#detours = detours;
  }

  async walk(lessons: readonly Lesson[]): Promise<void> {
    for (const [index, lesson] of lessons.entries()) {
      await this.#introduction(lesson);
      for (const task of lesson.tasks) await this.#task(lesson, task);
      await this.#end(lesson, lessons[index + 1]);
    }
  }

  async #introduction(lesson: Lesson): Promise<void> {
    const isThis = ({ header, lesson: { rule } }: ScreenReading) =>
      header.includes(lesson.title) && rule.startsWith('What this lesson is about');
    await this.#learner.until(isThis, `the introduction of ${lesson.id}`);
    await this.#detours.at[lesson.id]?.(this.#learner);
    const reading = await this.#learner.readOn();
    expect(enterWord(reading)).toBe('begin');
    for (const task of lesson.tasks) expect(this.#learner.seen()).toContain(squash(task.title));
    this.#learner.press('enter');
  }

  async #task(lesson: Lesson, task: Task): Promise<void> {
    const number = `Task ${lesson.tasks.indexOf(task) + 1} of ${lesson.tasks.length}: `;
    this.#learner.forget();
    const reading = await this.#learner.until(({ lesson: { rule } }) => rule.startsWith(number), `${number}${task.id}`);
    const [title = ''] = reading.lesson.rule.split('  ');
    expectTitle(title, `${number}${task.title}`);
    for (const block of task.blocks) {
      const name = block.type === 'command' ? block.command : undefined;
      const command = task.commands.find((candidate) => candidate.name === name);
      if (command?.worlds.includes('sandbox')) await this.#command(lesson, command);
      const id = block.type === 'question' ? block.question : undefined;
      const question = task.questions.find((candidate) => candidate.id === id);
      if (question) await this.#question(question);
    }
    await this.#passed(lesson, task);
    await this.#detours.after[`${lesson.id}/${task.id}`]?.(this.#learner);
    expect(enterWord(await this.#learner.readOn())).toMatch(/next task|go on/);
    this.#learner.press('enter');
  }

  /** The text that Enter is about, whole: by paging, or where the card is taller than its window, zoomed. */
  async #sees(text: string, what: string): Promise<ScreenReading> {
    const learner = this.#learner;
    const reading = await learner.readOn();
    if (learner.seen().includes(squash(text))) return reading;
    learner.press('z');
    await learner.until((next) => next.output === undefined && next.check === undefined, 'the lesson alone');
    await learner.readOn();
    expect(learner.seen(), what).toContain(squash(text));
    learner.press('z');
    return await learner.until((next) => next.check !== undefined || next.output !== undefined, 'all panes again');
  }

  async #command(lesson: Lesson, command: Command): Promise<void> {
    const learner = this.#learner;
    const place = `${lesson.id}/${command.name}`;
    await learner.readOn();
    await this.#detours.before[place]?.(learner);
    const ready = await this.#sees(command.script, `the whole of ${place} before it runs`);
    const isDue = (row: string) => /▸ Enter (runs it|asks first)/.test(row);
    const due = ready.lesson.rows.find(isDue) ?? learner.seenRows().findLast(isDue) ?? '';
    expect(due, `the effect of ${place} on its card`).toContain(en.session.effects[command.effect].word);
    const instead = this.#detours.instead[place];
    if (instead) return await instead(learner);
    expect(enterWord(ready), place).toBe(isGrave(command) ? 'run …' : 'run');
    learner.press('enter');
    if (isGrave(command)) {
      const asking = await learner.until(({ panel }) => panel?.rule.startsWith('Run this?') === true, 'the question');
      expect(asking.panel?.rule).toContain(en.session.effects[command.effect].word);
      expect(squash(asking.panel?.rows.join('') ?? '')).toContain(squash('Only y runs it.'));
      learner.press('y');
    }
    if (command.background) {
      await learner.until(
        ({ tray }) => tray.includes(command.name) && tray.includes('● running'),
        `${command.name} in the tray`,
      );
      return;
    }
    await this.#ran(place, command);
  }

  async #ran(place: string, command: Command): Promise<void> {
    const said = outputs[place];
    if (said === undefined) throw new Error(`Write down what ${place} says, in test/terminal/course-outputs.ts.`);
    await this.#learner.seesOutput(command.script, typeof said === 'string' ? said : said.end);
    if (typeof said !== 'string') expect(await this.#learner.whole('output')).toContain(squash(said.says));
  }

  async #question(question: Question): Promise<void> {
    const learner = this.#learner;
    await this.#sees(question.question, question.id);
    for (const choice of question.choices) expect(learner.seen()).toContain(squash(choice.text));
    const index = question.choices.findIndex(({ id }) => id === question.answer);
    learner.press('abcd'[index] ?? '');
    await learner.until((reading) => ['answer', 'read on'].includes(enterWord(reading) ?? ''), 'the choice marked');
    await learner.readOn();
    learner.press('enter');
    await learner.until((reading) => enterWord(reading) !== 'answer', 'the answer taken');
  }

  async #passed(lesson: Lesson, task: Task): Promise<void> {
    const learner = this.#learner;
    const { check } = await learner.until(
      (reading) => reading.moment.includes('✓ Task passed') && (reading.check !== undefined || !task.check),
      `${lesson.id}/${task.id} passed`,
    );
    if (!task.check) return;
    const { rule = '' } = check ?? {};
    expectTitle(rule.split('  ')[0] ?? '', `Check: ${task.check.title}`);
    const count = task.check.conditions.length;
    expect(rule).toContain(`${count} of ${count}`);
    const titles = titlesOf(lesson, checkKinds, findings);
    const text = await learner.whole('check');
    for (const { id } of task.check.conditions) {
      expect(text).toContain(squash(`✓ ${titles[`${task.id}/${id}`]} – passed`));
    }
  }

  async #end(lesson: Lesson, following: Lesson | undefined): Promise<void> {
    const learner = this.#learner;
    learner.forget();
    await learner.until(({ lesson: { rule } }) => /^Done( |$)/.test(rule), `the end of ${lesson.id}`);
    const reading = await learner.readOn();
    expect(learner.seen()).toContain(squash(`Lesson done: ${lesson.title}`));
    for (const task of lesson.tasks) expect(learner.seen()).toContain(squash(`${task.title}  done`));
    if (following) {
      expect(enterWord(reading)).toBe('next lesson');
      learner.press('enter');
    } else expect(learner.seen()).toContain(squash('That was the whole course.'));
  }
}
