// Started by tests as a program of its own: appends records and tells the number of each once it is acknowledged.
import { writeSync } from 'node:fs';
import { Fault } from '../../src/fault.ts';
import { Journal } from '../../src/progress/journal.ts';

const [file = '', count = '1'] = process.argv.slice(2);
try {
  const journal = Journal.open(file);
  for (let task = 0; task < Number(count); task += 1) {
    const { number } = journal.append({ type: 'task-passed', lesson: 'lesson', task: `task-${task}` });
    writeSync(1, `${number}\n`);
  }
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  writeSync(1, `${JSON.stringify({ code: error.code, what: error.what, why: error.why, next: error.next })}\n`);
}
