// Makes the README's picture from the program itself: node test/tools/readme-picture.ts [file.svg]
// Plays the course to lesson 8 without a screen, walks to the split of 50 to 50 on a terminal of 100×30, and writes what
// is on that terminal to .github/meshwalk.svg. Takes about a minute; needs port 8081 while lesson 5 is played.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CourseProgram } from '../terminal/course-program.ts';
import { Learner } from '../terminal/learner.ts';
import { enterWord } from '../terminal/screen-reading.ts';
import { takePagePort } from './page-port.ts';
import { savePicture } from './picture.ts';

const file = process.argv[2] ?? join(import.meta.dirname, '../../.github/meshwalk.svg');
const program = new CourseProgram();

/** Enter until the task passed; `choice` answers its question. */
async function passTask(learner: Learner, number: number, choice: string): Promise<void> {
  await learner.until(({ lesson }) => lesson.rule.startsWith(`Task ${number} of `), `task ${number}`);
  for (;;) {
    const reading = await learner.readOn();
    if (reading.moment.includes('Task passed')) return;
    const before = `${reading.lesson.rule}${reading.lesson.rows.join()}`;
    if (enterWord(reading) === 'pass over') {
      learner.press(choice);
      await learner.until((next) => enterWord(next) === 'answer', 'the choice marked');
    }
    learner.press('enter');
    await learner.until(
      ({ lesson, moment }) => `${lesson.rule}${lesson.rows.join()}` !== before || moment.includes('Task passed'),
      'the next step',
    );
  }
}

try {
  program.build();
  const freePort = await takePagePort();
  execFileSync(process.execPath, program.command('run', '--to', '7', '--pace', 'instant'), {
    env: program.environment,
    stdio: 'ignore',
  });
  await freePort();
  const learner = new Learner(100, 30, (columns, rows) => program.start(columns, rows));
  await learner.until(({ keys }) => keys.includes('Enter begin'), 'lesson 8');
  learner.press('enter');
  await passTask(learner, 1, 'a');
  learner.press('enter');
  await passTask(learner, 2, 'b');
  mkdirSync(dirname(file), { recursive: true });
  savePicture(learner.session, 'meshwalk', file);
  process.stdout.write(`${file}\n${learner.session.screen()}\n`);
  learner.press('q');
  await learner.session.ended;
} finally {
  await program.end();
}
