import { afterEach, describe, expect, it } from 'vitest';
import { choicesOf, reviewOf } from '../../src/session/review.ts';
import { beginReview, type ReviewTurn, typedInReview } from '../../src/tui/reader/spoken-review.ts';
import { drawFrame, type View } from '../../src/tui/view/frame.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { en } from '../../src/words/en.ts';
import { plainTheme, type Robot, startRobot } from './robot.ts';
import { scenes } from './scenes.ts';

const { finished, passed, failed } = scenes();
if (!finished || !passed || !failed) throw new Error('the scenes are there');
const questions = finished.recall;

const text = (scene: Omit<View, 'size' | 'theme'>) =>
  drawFrame({ ...scene, size: { columns: 80, rows: 40 }, theme: plainTheme })
    .map((line) => plain(line).trimEnd())
    .join('\n');

let robot: Robot | undefined;
afterEach(() => robot?.close());

/** A robot at the end of a lesson that had three surprises. */
async function atTheEnd(): Promise<{ robot: Robot; answers: unknown[] }> {
  robot = await startRobot({ commands: {}, conditions: {}, taskIndex: 0 });
  const answers: unknown[] = [];
  const content = finished?.content;
  if (content?.phase !== 'lesson') throw new Error('the scene shows a lesson');
  const host = Object.assign(robot.host, {
    recall: () => questions,
    recalled: (answer: unknown) => answers.push(answer),
  });
  host.content = () => content as ReturnType<typeof host.content>;
  await robot.press('ctrl-l');
  return { robot, answers };
}

describe('a review on the screen', () => {
  it('is offered at the end of a lesson with its key, and Enter goes on without it', async () => {
    const { robot } = await atTheEnd();
    expect(robot.text()).toContain('A short review is ready: 3 questions from what surprised you. r begins it.');
    expect(robot.text().split('\n').at(-1)).toMatch(/^ Enter next lesson {2}r review/);
    await robot.press('enter');
    expect(robot.host.intents.at(-1)).toEqual({ type: 'proceed' });
  });

  it('says nothing about a review where nothing surprised, and why its key does nothing', async () => {
    expect(text({ ...finished, recall: [] })).not.toContain('review');
    robot = await startRobot({ commands: {}, conditions: {}, taskIndex: 0 });
    await robot.press('r');
    expect(robot.text()).toContain('The review comes at the end of a lesson');
  });

  it('asks, marks, answers, explains, and ends with how it went', async () => {
    const { robot, answers } = await atTheEnd();
    await robot.press('r');
    expect(robot.text()).toContain('─ Review: 1 of 3 ─');
    expect(robot.text()).toContain('Enter pass over');
    for (const [index, asked] of questions.entries()) {
      const right = asked.asks.type === 'question' ? asked.asks.question.answer : asked.asks.answer;
      await robot.press('abcd'[choicesOf(asked).findIndex(({ id }) => id === right)] ?? '');
      expect(robot.text()).toContain('Enter answer');
      await robot.press('enter');
      expect(robot.text()).toContain('Right.');
      expect(robot.text()).toContain(index < 2 ? 'Enter next question' : 'Enter finish');
      await robot.press('enter');
    }
    expect(robot.text()).toContain('3 of 3 answers right.');
    expect(answers).toHaveLength(3);
    expect(answers).toContainEqual(expect.objectContaining({ type: 'recalled', right: true }));
    await robot.press('enter');
    expect(robot.text()).toContain('Lesson done');
  });

  it('is left with one key at any question', async () => {
    const { robot, answers } = await atTheEnd();
    await robot.press('r', 'enter', 'escape');
    expect(robot.text()).toContain('Lesson done');
    expect(answers).toEqual([]);
  });
});

describe('a review in lines', () => {
  const typed = (line: string, { review }: ReviewTurn): ReviewTurn =>
    review ? typedInReview(line, review, en) : { review, lines: [] };

  it('asks with letters, answers in a sentence, passes over an empty line, and says how it went', () => {
    const first = beginReview(reviewOf(questions), en);
    expect(first.lines[0]).toMatch(/^Review: 1 of 3\. From "Split traffic between two versions", task "/);
    expect(first.lines.at(-1)).toBe('A letter answers, an empty line passes over, q leaves.');
    const unclear = typed('x', first);
    expect(unclear.lines).toEqual(['Type a letter from a to b, an empty line to pass over, or q to leave.']);
    const second = typed('a', unclear);
    expect(second.recalled).toMatchObject({ type: 'recalled' });
    expect(second.lines[0]).toMatch(/^(Right: |Not quite\. The answer: )/);
    expect(second.lines).toContainEqual(expect.stringMatching(/^Review: 2 of 3\./));
    const over = typed('', typed('', second));
    expect(over.review).toBeUndefined();
    expect(over.lines).toContainEqual(expect.stringMatching(/^[01] of 3 answers right\.$/));
  });

  it('is left with q, and nothing is recorded', () => {
    const left = typed('q', beginReview(reviewOf(questions), en));
    expect(left).toEqual({ review: undefined, lines: ['The review is left; it will ask again.'] });
  });
});
