import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { PtySession } from '../tools/pty.ts';
import { build, entry, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
beforeAll(build);

const lesson = (script: string) => `---
lesson: 1
id: strange
step: 1
title: Strange
minutes: 1
needs: []
worlds: [sandbox]
---

# Strange

Words.

## Do it
<!-- task: do -->

\`\`\`bash {"name":"do","effect":"changes"}
${script}
\`\`\`
`;

/** A course of somebody else: a folder with one lesson and one manifest. */
function strangers(script = 'echo done >> ran'): { home: string; course: string; lesson: string; ran: string } {
  const home = tempFolder();
  const course = join(home, 'course');
  mkdirSync(join(course, 'lessons'), { recursive: true });
  mkdirSync(join(course, 'manifests'));
  writeFileSync(join(course, 'manifests/a.yaml'), 'a: 1\n');
  const file = join(course, 'lessons/01-strange.md');
  writeFileSync(file, lesson(script));
  return { home, course, lesson: file, ran: join(course, 'ran') };
}

const run = (home: string, course: string, ...more: string[]) =>
  meshwalk(home, ['run', '--lessons', course, '--pace', 'instant', ...more]);

it('lessons from elsewhere show their commands and run nothing without a yes', async () => {
  const { home, course, ran } = strangers('echo done >> ran');
  const { code, err } = await run(home, course);
  expect(code).toBe(1);
  expect(err).toContain('lessons/01-strange.md: Strange');
  expect(err).toContain('changes   echo done >> ran');
  expect(err).toContain(`meshwalk run --lessons ${course} --trust`);
  expect(existsSync(ran)).toBe(false);
});

it('a yes is kept beside the journal until a lesson or a manifest changes', async () => {
  const { home, course, lesson: file, ran } = strangers();
  expect((await run(home, course, '--trust')).code).toBe(0);
  expect(readFileSync(ran, 'utf8')).toBe('done\n');
  expect(existsSync(join(home, 'default/sandbox/trusted.json'))).toBe(true);
  expect((await run(home, course)).code).toBe(0);
  writeFileSync(join(course, 'manifests/a.yaml'), 'a: 2\n');
  expect((await run(home, course)).code).toBe(1);
  writeFileSync(join(course, 'manifests/a.yaml'), 'a: 1\n');
  expect((await run(home, course)).code).toBe(0);
  writeFileSync(file, lesson('echo other'));
  expect((await run(home, course)).code).toBe(1);
});

it('a command cannot hide from its reader behind control characters', async () => {
  const { home, course } = strangers('echo hello \u001b[8m; echo hidden\u202e');
  const { err } = await run(home, course);
  expect(err).toContain('echo hello \\u001b[8m; echo hidden\\u202e');
  expect(err).not.toContain('\u001b');
});

it('a link in a course is refused, because what it leads to may change later', async () => {
  const { home, course } = strangers();
  symlinkSync('/etc/hostname', join(course, 'manifests/b.yaml'));
  const { code, err } = await run(home, course, '--trust');
  expect(code).toBe(1);
  expect(err).toContain(`${join(course, 'manifests/b.yaml')} is a link.`);
});

function atTerminal(home: string, course: string): PtySession {
  return new PtySession({
    file: process.execPath,
    args: [entry, '--lessons', course, '--pace', 'instant'],
    environment: { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' },
    folder: home,
  });
}

it('at a terminal the learner is asked, and yes opens the lesson', async () => {
  const { home, course } = strangers();
  const terminal = atTerminal(home, course);
  try {
    await terminal.waitForText('yes or no');
    expect(terminal.screen()).toContain('echo done >> ran');
    terminal.write('yes\r');
    await terminal.waitForText('Words.');
    expect(existsSync(join(home, 'default/sandbox/trusted.json'))).toBe(true);
    terminal.press('q');
    expect((await terminal.ended).exitCode).toBe(0);
  } finally {
    await terminal.close();
  }
});

it.each([
  ['no', 'no\r', 1],
  ['nothing', '\r', 1],
  ['Ctrl-D', '\u0004', 1],
  ['Ctrl-C', '\u0003', 130],
])('%s at the question is no yes', async (_, keys, code) => {
  const { home, course, ran } = strangers();
  const terminal = atTerminal(home, course);
  try {
    await terminal.waitForText('yes or no');
    terminal.write(keys);
    expect((await terminal.ended).exitCode).toBe(code);
    expect(existsSync(ran) || existsSync(join(home, 'default/sandbox/trusted.json'))).toBe(false);
    expect(existsSync(join(home, 'default/sandbox/lock'))).toBe(false);
  } finally {
    await terminal.close();
  }
});
