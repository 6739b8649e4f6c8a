import { afterAll, beforeAll, expect, it } from 'vitest';
import { de } from '../../src/words/de.ts';
import { en } from '../../src/words/en.ts';
import type { PtySession } from '../tools/pty.ts';
import { entriesOf } from '../words/entries.ts';
import { CourseProgram } from './course-program.ts';

const program = new CourseProgram();
beforeAll(() => program.build(), 120_000);
afterAll(() => program.end());

const patienceMs = 60_000;
const flat = (screen: string) => screen.replaceAll(/[│╭╮╰╯─\s]+/g, ' ');

/** Reads on with Enter until the words are on the screen. */
async function enterUntil(session: PtySession, wanted: string): Promise<string> {
  for (let page = 0; page < 30; page += 1) {
    if (flat(session.screen()).includes(wanted)) return session.screen();
    const before = session.screen();
    session.press('enter');
    await session.waitFor((screen) => screen !== before, `something after Enter, on the way to ${wanted}`, patienceMs);
  }
  throw new Error(`never saw ${wanted}:\n${session.screen()}`);
}

it('goes through the welcome in German, with high contrast and reduced motion', async () => {
  const session = program.start(80, 24, '--lang', 'de', '--theme', 'high-contrast', '--reduced-motion');
  await session.waitFor((screen) => screen.includes('Willkommen an Bord'), 'the welcome', patienceMs);
  await session.waitFor((screen) => screen.includes('beginnen'), 'the keys', patienceMs);
  const seen = [session.screen()];
  seen.push(await enterUntil(session, 'Lerne die drei Werkzeuge kennen'));
  seen.push(await enterUntil(session, 'du bist dran'));
  session.press('b');
  seen.push(await enterUntil(session, de.moment.taskPassed));
  session.press('?');
  await session.waitFor((screen) => screen.includes(de.frame.keysAndMarks), 'the help', patienceMs);
  seen.push(session.screen());
  session.press('escape');
  const german = new Set([...entriesOf(de).values()].flat().map((part) => part.trim()));
  const english = [...entriesOf(en).values()].flat().map((part) => part.trim());
  const sentences = english.filter((part) => /[A-Za-z]{2,}[,.:;]? +[A-Za-z]{2,}/.test(part) && !german.has(part));
  const shown = flat(seen.join('\n'));
  expect(sentences.filter((sentence) => shown.includes(sentence))).toEqual([]);
  // The screen's own paper is under the text, and the umlauts came through.
  expect(session.raw).toContain('48;2;0;0;0');
  expect(shown).toContain('Aufgabe gelöst');
  session.press('q');
  expect(await session.ended).toMatchObject({ exitCode: 0 });
}, 120_000);
