// Records a whole lesson from the real program as an asciicast (version 2): node test/tools/asciicast.ts [file.cast]
// Plays lessons 1 and 2 without a screen, walks through lesson 3 on a terminal of 80×24, and writes .github/meshwalk.cast.
// Waiting is squeezed to what a reader needs, so the file does not depend on how fast the machine was.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CourseProgram } from '../terminal/course-program.ts';
import { Learner } from '../terminal/learner.ts';
import { enterWord } from '../terminal/screen-reading.ts';
import type { PtySession } from './pty.ts';

const file = process.argv[2] ?? join(import.meta.dirname, '../../.github/meshwalk.cast');
const size = { columns: 80, rows: 24 };
/** Seconds that a reader has for the screen before a key, and that pass between two frames of the program's own. */
const reading = 1.6;
const between = 0.12;

const program = new CourseProgram();
const frames: { isAfterKey: boolean; data: string }[] = [];
let isAfterKey = true;

function record(session: PtySession): PtySession {
  session.onOutput = (data) => {
    frames.push({ isAfterKey, data });
    isAfterKey = false;
  };
  return session;
}

function castOf(): string {
  let at = 0;
  const events = frames.map(({ isAfterKey: paused, data }) => {
    at += paused ? reading : between;
    return JSON.stringify([Number(at.toFixed(2)), 'o', data]);
  });
  const header = {
    version: 2,
    width: size.columns,
    height: size.rows,
    title: 'meshwalk',
    env: { TERM: 'xterm-256color' },
  };
  return `${[JSON.stringify(header), ...events].join('\n')}\n`;
}

try {
  program.build();
  execFileSync(process.execPath, program.command('run', '--to', '2', '--pace', 'instant'), {
    env: program.environment,
    stdio: 'ignore',
  });
  const learner = new Learner(size.columns, size.rows, (columns, rows) => record(program.start(columns, rows)));
  const press = (key: string) => {
    isAfterKey = true;
    learner.press(key);
  };
  await learner.until(({ keys }) => keys.includes('Enter begin'), 'lesson 3');
  for (
    let seen = await learner.until(({ keys }) => keys.includes('q quit'), 'rest');
    !seen.keys.includes('next lesson');
  ) {
    const before = seen;
    if (enterWord(seen) === 'pass over') {
      press('b');
      await learner.until((next) => enterWord(next) === 'answer', 'the choice marked');
    }
    press('enter');
    const isNews = (next: typeof seen) =>
      !next.keys.includes('Ctrl-C') &&
      (next.lesson.rule !== before.lesson.rule ||
        next.lesson.rows.join() !== before.lesson.rows.join() ||
        next.moment !== before.moment ||
        next.output?.rule !== before.output?.rule);
    seen = await learner.until(isNews, 'the next step');
  }
  const last = castOf();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, last);
  process.stdout.write(`${file}: ${frames.length} frames, ${last.length} bytes\n${learner.session.screen()}\n`);
  learner.press('q');
  await learner.session.ended;
} finally {
  await program.end();
}
