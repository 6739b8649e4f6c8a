import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { Journal } from '../../src/progress/journal.ts';
import { tempFolders } from '../platform/temp-folder.ts';
import { build, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
beforeAll(build);

const course = (commands: string) => `---
lesson: 1
id: hello
step: 1
title: Hello
minutes: 1
needs: []
worlds: [sandbox]
---

# Hello

Words.

## Say it
<!-- task: say -->

${commands}
`;

function courseOf(folder: string, text: string): string {
  mkdirSync(join(folder, 'lessons'), { recursive: true });
  writeFileSync(join(folder, 'lessons/01-hello.md'), text);
  return folder;
}

const fence = (name: string, script: string) => `\`\`\`bash {"name":"${name}","effect":"reads"}\n${script}\n\`\`\``;

describe('meshwalk', () => {
  it('tells its version', async () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await meshwalk(tempFolder(), ['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
  });

  it('finds words in all lessons, and no hint that was not opened', async () => {
    const folder = tempFolder();
    const hint = '\n<details><summary>Hint 1</summary>\n\nA secret word.\n\n</details>\n';
    const own = courseOf(folder, course(`Say *Grüß Gott* politely.\n\n${fence('hi', 'echo hi')}\n${hint}`));
    const search = (...words: string[]) => meshwalk(folder, ['search', '--lessons', own, ...words]);
    expect(await search('politely', 'GRUSS')).toEqual({
      code: 0,
      out: 'Hello\n  Say it: Say Grüß Gott politely.\n',
      err: '',
    });
    expect((await search('secret')).out).toContain('"secret" stands in no lesson');
    expect(JSON.parse((await search('--json', 'echo')).out)).toMatchObject({
      places: [{ task: 'say', text: 'echo hi' }],
    });
  });

  it.each([
    [[]],
    [['run']],
    [['status']],
    [['reset']],
    [['sandbox']],
    [['sandbox', 'start']],
    [['sandbox', 'stop']],
    [['sandbox', 'status']],
    [['sandbox', 'env']],
    [['lint']],
    [['search']],
    [['doctor']],
    [['cleanup']],
  ])('has help with examples for %j', async (command: string[]) => {
    const { code, out } = await meshwalk(tempFolder(), [...command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: meshwalk');
    expect(out).toMatch(/Examples:\n {2}\S/);
  });

  it.each([
    [['--bogus'], "unknown option '--bogus'"],
    [['run', '--bogus'], "unknown option '--bogus'"],
    [['run', '--to', 'x'], 'It must be a whole number'],
    [['--world', 'moon'], 'Allowed choices are sandbox, aks, cluster'],
    [['dance'], 'dance'],
    [['sandbox', 'dance'], "unknown command 'dance'"],
  ])('says what is wrong with %j and ends with 2', async (args, message) => {
    const { code, out, err } = await meshwalk(tempFolder(), args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('without a terminal says how the lessons run without a screen', async () => {
    const { code, err } = await meshwalk(tempFolder(), []);
    expect(code).toBe(1);
    expect(err).toContain('The tutorial needs a terminal');
    expect(err).toContain('meshwalk run');
  });

  it('lists the lessons, and marks what is finished', async () => {
    const home = tempFolder();
    const before = JSON.parse((await meshwalk(home, ['status', '--json'])).out);
    expect(before.lessons.length).toBeGreaterThanOrEqual(8);
    const [first] = before.lessons;
    expect(before.next).toBe(first.lesson);
    mkdirSync(join(home, 'default/sandbox'), { recursive: true });
    const journal = Journal.open(join(home, 'default/sandbox/journal.jsonl'));
    journal.append({ type: 'task-passed', lesson: first.lesson, task: 'no-task-of-it' });
    journal.close();
    const after = JSON.parse((await meshwalk(home, ['status', '--json'])).out);
    expect(after.lessons[0]).toMatchObject({ finished: false, finishedTasks: 0 });
  });

  it('reviews what surprised the learner: on a pipe the questions first, then the answers', async () => {
    const home = tempFolder();
    expect((await meshwalk(home, ['review'])).out).toBe('Nothing surprised you yet, so there is nothing to review.\n');
    mkdirSync(join(home, 'default/sandbox'), { recursive: true });
    const journal = Journal.open(join(home, 'default/sandbox/journal.jsonl'));
    const at = { lesson: 'deny-by-default', task: 'permissive-off' };
    const question = 'what-denial-looks-like';
    journal.append({ type: 'answered', ...at, question, choice: 'forbidden', right: false });
    journal.close();
    const { out } = await meshwalk(home, ['review']);
    expect(out).toMatch(/^1\. There is no policy at all\.[\s\S]*\n {3}c {2}[\s\S]*\n1[abc] {2}No HTTP answer at all/);
    expect(JSON.parse((await meshwalk(home, ['review', '--json'])).out)).toMatchObject([
      { ...at, answer: 'No HTTP answer at all, because the connection fails.' },
    ]);
  });

  it('tells a new user the truth about a sandbox that was never made', async () => {
    const home = tempFolder();
    expect(await meshwalk(home, ['sandbox', 'status'])).toEqual({
      code: 1,
      out: 'No sandbox runs, and none was made yet. Make one: meshwalk sandbox start\n',
      err: '',
    });
    const { code, out, err } = await meshwalk(home, ['sandbox', 'env']);
    expect({ code, err }).toEqual({ code: 0, err: 'The sandbox does not run now. Start it: meshwalk sandbox start\n' });
    // What a shell evaluates holds nothing but exports.
    expect(out).toMatch(/^(export [A-Z_]+=\S+\n){3}$/);
    const { out: status } = await meshwalk(home, ['status', '--profile', 'ada']);
    expect(status).toContain('→  0  Welcome aboard (0 of 1 task)');
    expect(status).toContain('Go on: meshwalk --profile ada');
  });

  it('prints what an author may write', async () => {
    const { code, out } = await meshwalk(tempFolder(), ['lint', '--reference']);
    expect(code).toBe(0);
    expect(out).toContain('traffic-split (');
  });

  it('finds the mistakes of an author with file and line', async () => {
    const folder = courseOf(tempFolder(), course('```bash {"name":"x","efect":"reads"}\ntrue\n```'));
    const { code, out } = await meshwalk(folder, ['lint', folder]);
    expect(code).toBe(1);
    expect(out).toMatch(/^lessons\/01-hello\.md:\d+: .*efect/m);
    const none = await meshwalk(folder, ['lint', join(folder, 'nothing')]);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('There are no lessons') });
  });

  it('wants to know what to reset, and knows which lessons there are', async () => {
    const home = tempFolder();
    expect(await meshwalk(home, ['reset'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('meshwalk reset --all'),
    });
    expect((await meshwalk(home, ['reset', 'none'])).err).toContain('There is no lesson "none"');
    const own = ['--world', 'cluster', '--profile', 'ada'];
    expect((await meshwalk(home, ['reset', '--all', ...own])).out).toBe(
      'All progress is forgotten. What lessons made is still there; to delete it: meshwalk cleanup --world cluster. Begin with: meshwalk --world cluster --profile ada\n',
    );
  });

  it('refuses a second program on the same progress, and names the first', async () => {
    const home = tempFolder();
    mkdirSync(join(home, 'default/sandbox'), { recursive: true });
    const owner = { pid: process.pid, startTime: startTimeOf(process.pid) };
    writeFileSync(join(home, 'default/sandbox/lock'), JSON.stringify(owner));
    const { code, err } = await meshwalk(home, ['reset', '1']);
    expect(code).toBe(1);
    expect(err).toContain(`Process ${process.pid} holds`);
    expect((await meshwalk(home, ['status'])).code).toBe(0);
  });

  it('says what to do about a state folder without rights', async () => {
    const home = tempFolder();
    chmodSync(home, 0o555);
    const { code, err } = await meshwalk(home, ['reset', '1'], process.geteuid?.() === 0 ? { uid: 65534 } : {});
    expect(code).toBe(1);
    expect(err).toContain('You have no rights there.');
    expect(err).toContain('MESHWALK_HOME=');
  });

  it('refuses a profile that would leave its folder', async () => {
    const { code, err } = await meshwalk(tempFolder(), ['status', '--profile', '../other']);
    expect(code).toBe(1);
    expect(err).toContain('cannot be the name of a profile');
  });
});

describe('meshwalk run', () => {
  it('plays a lesson, keeps what is finished, and forgets it on a reset', async () => {
    const home = courseOf(
      tempFolder(),
      course(`${fence('say', 'word=hello')}\n\n${fence('again', 'echo "$word you"')}`),
    );
    const args = ['run', '--trust', '--lessons', home, '--pace', 'instant'];
    const first = await meshwalk(home, args);
    expect(first.err).toBe('');
    expect(first.out).toContain('hello you');
    expect(first.out).toContain('✓ 1 lesson done.');
    expect(first.code).toBe(0);
    expect((await meshwalk(home, args)).out).toContain('finished already');
    expect((await meshwalk(home, ['reset', 'hello', '--lessons', home])).code).toBe(0);
    expect((await meshwalk(home, args)).out).toContain('hello you');
  });

  it('ends with 1 and the reason when a command fails', async () => {
    const home = courseOf(tempFolder(), course(fence('say', 'echo too bad; exit 4')));
    const { code, err } = await meshwalk(home, ['run', '--trust', '--lessons', home, '--pace', 'instant']);
    expect(code).toBe(1);
    expect(err).toContain('"Say it" did not pass.');
    expect(err).toContain('exit code 4');
    expect(err).toContain('too bad');
  });

  it('ends with 1 when an early line of a command fails, though the last one is well', async () => {
    const home = courseOf(tempFolder(), course(fence('say', '(echo too bad; exit 4)\necho well')));
    const { code, out, err } = await meshwalk(home, ['run', '--trust', '--lessons', home, '--pace', 'instant']);
    expect(code).toBe(1);
    expect(out).toContain('well');
    expect(err).toContain('exit code 4');
  });

  it('tells programs what happens in JSON lines', async () => {
    const home = courseOf(tempFolder(), course(fence('say', 'echo hello')));
    const { out, code } = await meshwalk(home, ['run', '--trust', '--lessons', home, '--json', '--pace', 'instant']);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(events.find(({ event }) => event === 'command')).toMatchObject({
      command: 'say',
      output: ['hello'],
      end: { type: 'exited', code: 0 },
    });
    expect(events.at(-1)).toEqual({ event: 'end', lessons: 1 });
  });

  it('knows its steps', async () => {
    const { code, err } = await meshwalk(tempFolder(), ['run', '--to', '77']);
    expect(code).toBe(1);
    expect(err).toContain('There is no step 77.');
  });
});
