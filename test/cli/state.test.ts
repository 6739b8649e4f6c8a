import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { PtySession } from '../tools/pty.ts';
import { build, entry, meshwalk } from './meshwalk.ts';
import { writeSmallCourse } from './small-course.ts';

const tempFolder = tempFolders();
beforeAll(build);

const magic = (body: Buffer, version = 1) =>
  Buffer.concat([Buffer.from(`meshwalk-state ${version} ${createHash('sha256').update(body).digest('hex')}\n`), body]);
const packed = (value: unknown) => magic(zstdCompressSync(JSON.stringify(value)));
const empty = { azure: undefined, clusters: [], contexts: [], currentContext: '' };

describe('a state that was handed over', () => {
  it('opens in a profile of its own, at the task where its owner was, in the sandbox that they had', async () => {
    const owner = tempFolder();
    const lessons = writeSmallCourse(owner);
    const walked = await meshwalk(owner, ['run', '--to', '1', '--trust', '--lessons', lessons, '--pace', 'instant']);
    expect(walked.code).toBe(0);
    const file = join(owner, 'ada.meshwalk-state');
    const saved = await meshwalk(owner, ['state', 'save', file]);
    expect(saved).toMatchObject({ code: 0, err: '' });
    expect(saved.out).toMatch(/ada\.meshwalk-state \(\d KB\) holds where you stand:\n {2}your sandbox: 0 objects/);
    const journal = readFileSync(join(owner, 'default/sandbox/journal.jsonl'), 'utf8');

    const home = tempFolder();
    const session = new PtySession({
      file: process.execPath,
      args: [entry, 'state', 'open', file, '--lessons', lessons, '--trust', '--pace', 'instant'],
      environment: { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' },
      folder: home,
    });
    try {
      await session.waitFor(
        (screen) => screen.includes('Lesson second') && screen.includes('Enter begin'),
        'the lesson',
      );
      session.write(':');
      await session.waitForText('Your own command');
      session.write('az group list --query "[].name" -o tsv | sort | tr "\\n" "+"');
      await session.waitForText('tr "\\n" "+"');
      session.press('enter');
      await session.waitFor((screen) => screen.includes('Run your own command?'), 'the question');
      session.press('enter');
      await session.waitForText('one+two+');
    } finally {
      await session.close();
    }
    expect(readFileSync(join(home, 'ada/sandbox/journal.jsonl'), 'utf8')).toContain(journal.trimEnd().split('\n')[0]);
    expect(existsSync(join(home, 'default'))).toBe(false);
  }, 120_000);

  it('takes the place of nothing: each opening gets a name that is free, and a wanted one must be', async () => {
    const home = tempFolder();
    const file = join(home, 'ada lovelace.meshwalk-state');
    writeFileSync(file, packed({ takenAt: 1, entries: [], world: empty }));
    const open = (...args: string[]) => meshwalk(home, ['state', 'open', file, ...args]);
    expect((await open()).out).toContain('meshwalk --profile ada-lovelace\n');
    expect((await open()).out).toContain('meshwalk --profile ada-lovelace-2\n');
    expect(await open('--profile', 'ada-lovelace')).toMatchObject({
      code: 1,
      err: expect.stringContaining('The profile ada-lovelace is in use'),
    });
  });
});

describe('a state that is written', () => {
  it('replaces no file', async () => {
    const home = tempFolder();
    const file = join(home, 'there');
    writeFileSync(file, 'mine');
    expect(await meshwalk(home, ['state', 'save', file])).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be written to'),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('what is no shared state', () => {
  const body = zstdCompressSync(JSON.stringify({ takenAt: 1, entries: [], world: empty }));
  const damaged = 'This is no shared state, or not all of it.';
  it.each<[string, Buffer | undefined, string]>([
    ['that is not there', undefined, 'cannot be read (ENOENT)'],
    ['of another kind', Buffer.from('PK\u0003\u0004'), damaged],
    ['cut short', magic(body).subarray(0, -3), damaged],
    ['of a newer program', magic(body, 2), 'A newer meshwalk wrote this shared state.'],
    ['whose content is not compressed', magic(Buffer.from('{}')), damaged],
    ['that would fill the memory', magic(zstdCompressSync(Buffer.alloc(80 * 1024 * 1024))), damaged],
    ['without progress', packed({ takenAt: 1, world: empty }), damaged],
    ['with a sandbox of another form', packed({ takenAt: 1, entries: [], world: { clusters: 'all' } }), damaged],
  ])('a file %s is refused, and nothing is made', async (_, content, told) => {
    const home = tempFolder();
    const file = join(home, 'ada.meshwalk-state');
    if (content) writeFileSync(file, content);
    const { code, err } = await meshwalk(home, ['state', 'open', file]);
    expect(code).toBe(1);
    expect(err).toContain(told);
    expect(existsSync(join(home, 'ada/sandbox'))).toBe(false);
  });
});
