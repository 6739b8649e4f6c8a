import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkedLine } from '../../src/platform/checked-line.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import type { ProgressRecord } from '../../src/progress/events.ts';
import { Journal } from '../../src/progress/journal.ts';
import { tempFolders, until } from '../platform/temp-folder.ts';

const tempFolder = tempFolders();
const passed = (task: string): ProgressRecord => ({ type: 'task-passed', lesson: 'lesson', task });
const writer = ['--experimental-strip-types', join(import.meta.dirname, 'journal-writer.ts')];

function written(file: string, ...tasks: string[]): void {
  const journal = Journal.open(file, new SteppedClock());
  for (const task of tasks) journal.append(passed(task));
  journal.close();
}

const tasksIn = (journal: Journal) =>
  journal.entries.map(({ record }) => ('task' in record ? record.task : record.type));

describe('the journal', () => {
  it('gives back what was appended, numbered without gaps over restarts', () => {
    const file = join(tempFolder(), 'journal.jsonl');
    written(file, 'a', 'b');
    written(file, 'c');
    const journal = Journal.open(file);
    expect(tasksIn(journal)).toEqual(['a', 'b', 'c']);
    expect(journal.entries.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(journal.damage).toBeUndefined();
    journal.close();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('drops a last line that a crash tore, wherever it tore it, and goes on after the line before', () => {
    const whole = join(tempFolder(), 'journal.jsonl');
    written(whole, 'a', 'b');
    const text = readFileSync(whole, 'utf8');
    const second = text.indexOf('\n') + 1;
    for (let length = second; length < text.length; length += 1) {
      const file = join(tempFolder(), 'journal.jsonl');
      writeFileSync(file, text.slice(0, length));
      const journal = Journal.open(file);
      expect(tasksIn(journal)).toEqual(['a']);
      expect(journal.damage).toBeUndefined();
      journal.append(passed('c'));
      journal.close();
      const again = Journal.open(file);
      expect(tasksIn(again)).toEqual(['a', 'c']);
      again.close();
    }
  });

  it.each<[string, (text: string) => string]>([
    ['a changed character', (text) => text.replace('"task":"b"', '"task":"x"')],
    ['a line that is no JSON', (text) => text.replace(/\n/, '\nrubbish\n')],
    ['a line cut in the middle', (text) => text.replace(/"task":"b".*\n/, '\n')],
    ['bytes that are no text', (text) => text.replace('"task":"b"', '"task":"\u0000\ufffd"')],
  ])('sets a file with %s aside, says so, and keeps every other line', (_, damage) => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    written(file, 'a', 'b', 'c');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    const journal = Journal.open(file);
    expect(tasksIn(journal).filter((task) => task !== 'b')).toEqual(['a', 'c']);
    expect(journal.damage?.aside).toBe(`${file}.1.corrupt`);
    expect(readFileSync(`${file}.1.corrupt`, 'utf8')).toBe(damaged);
    journal.append(passed('d'));
    journal.close();
    const again = Journal.open(file);
    expect(again.damage).toBeUndefined();
    expect(tasksIn(again).slice(-2)).toEqual(['c', 'd']);
    again.close();
  });

  it('never writes over a file that was set aside before', () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    for (const _ of [1, 2]) {
      writeFileSync(file, 'rubbish\n');
      Journal.open(file).close();
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.corrupt'))).toEqual([
      'journal.jsonl.1.corrupt',
      'journal.jsonl.2.corrupt',
    ]);
  });

  it('keeps and skips lines of a later program, and never uses their numbers again', () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const later = { version: 1, number: 7, at: 1, record: { type: 'medal-won', medal: 'gold' } } as never;
    writeFileSync(file, `${checkedLine(later)}\n`);
    const journal = Journal.open(file);
    expect(journal.entries).toEqual([]);
    expect(journal.damage).toBeUndefined();
    expect(journal.append(passed('a')).number).toBe(8);
    journal.close();
    expect(readFileSync(file, 'utf8')).toContain('"medal":"gold"');
  });

  it('loses nothing that was acknowledged when the program is killed while it writes', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    let total = 0;
    for (const after of [1, 5, 20, 40, 80]) {
      const program = spawn(process.execPath, [...writer, file, '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      program.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await until(() => output.split('\n').length > after);
      program.kill('SIGKILL');
      await once(program, 'close');
      const acknowledged = output.split('\n').slice(0, -1).map(Number);
      const journal = Journal.open(file);
      const numbers = new Set(journal.entries.map(({ number }) => number));
      expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([]);
      expect(journal.damage).toBeUndefined();
      total = journal.entries.length;
      journal.close();
    }
    expect(total).toBeGreaterThan(140);
  });

  it('says what to do when the disk takes no more, keeps the record, and leaves no half line', () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    // The largest file this process may write stands in for a full disk: the kernel refuses the rest of the line.
    const script = `trap '' XFSZ; ulimit -f 1; exec "$@"`;
    const child = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...writer, file, '100'], {
      encoding: 'utf8',
    });
    const lines = child.stdout.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      code: 'journal.not-written',
      what: 'Your progress could not be written to disk.',
      next: [expect.stringContaining(file)],
    });
    expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
    const journal = Journal.open(file);
    expect(journal.entries).toHaveLength(lines.length - 1);
    expect(journal.damage).toBeUndefined();
    journal.close();
  });

  it('writes what the disk refused together with the next record', () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const journal = Journal.open(file);
    const limited = spawnSync('prlimit', ['--version']);
    if (limited.error) return journal.close();
    const limit = (bytes: string) => spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}`]);
    limit('1:unlimited');
    try {
      expect(() => journal.append(passed('a'))).toThrow('Your progress could not be written to disk.');
    } finally {
      limit('unlimited:unlimited');
    }
    journal.append(passed('b'));
    journal.close();
    const again = Journal.open(file);
    expect(tasksIn(again)).toEqual(['a', 'b']);
    again.close();
  });

  it('says whose folder it is when there are no rights', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'mine'));
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'mine'), 0o555);
    // Root may write anywhere, so the child is somebody else.
    const who = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const child = spawnSync(process.execPath, [...writer, join(folder, 'mine', 'journal.jsonl')], {
      ...who,
      encoding: 'utf8',
    });
    expect(JSON.parse(child.stdout)).toMatchObject({
      code: 'journal.unusable',
      why: 'You have no rights there.',
      next: [expect.stringContaining('ls -l'), expect.stringContaining('MESHWALK_HOME')],
    });
  });
});
