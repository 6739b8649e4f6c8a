// A course on a real sandbox in this process, without a screen: its parts, its host, and the learner's shell.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { openParts, type Parts } from '../../src/cli/compose.ts';
import { Teardown } from '../../src/cli/teardown.ts';
import type { ScreenContent, ScreenHost } from '../../src/tui/app-port.ts';
import { en } from '../../src/words/en.ts';

const root = join(import.meta.dirname, '../..');

export function partsOf(
  home: string,
  course: string,
  teardown: Teardown,
  onBug: (bug: unknown) => void,
): Promise<Parts> {
  const machine = {
    version: '0',
    root,
    environment: { PATH: process.env['PATH'], HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' },
    words: en,
    out: () => {},
    err: () => {},
  };
  const options = { world: 'sandbox', pace: 'instant', profile: 'default', lessons: course } as const;
  return openParts(options, machine, teardown, { onTrouble: () => {}, onBug });
}

export async function withParts<T>(home: string, course: string, use: (parts: Parts) => Promise<T>): Promise<T> {
  const teardown = new Teardown();
  const bugs: unknown[] = [];
  try {
    return await use(await partsOf(home, course, teardown, (bug) => bugs.push(bug)));
  } finally {
    await teardown.close();
    expect(bugs).toEqual([]);
  }
}

/** The learner's kubectl, az and osm. */
export async function shell(parts: Parts, script: string): Promise<string> {
  const env = parts.world.environment();
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { env, cwd: parts.world.workingFolder });
  return stdout;
}

/** The first content that is wanted; what was shown before is not looked at. */
export function shown(
  host: Pick<ScreenHost, 'content' | 'subscribe'>,
  wanted: (content: ScreenContent) => boolean,
  before?: ScreenContent,
): Promise<ScreenContent> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const content = host.content();
      if (content === before) return;
      const isOver = wanted(content);
      if (!isOver && content.phase !== 'stopped') return;
      stop();
      if (isOver) resolve(content);
      else reject(new Error(`stopped instead: ${JSON.stringify(content)}`));
    };
    const stop = host.subscribe(look);
    look();
  });
}

export const isLesson = (id: string) => (content: ScreenContent) =>
  content.phase === 'lesson' && content.session.lesson.id === id;
export const isStopped = (content: ScreenContent) => content.phase === 'stopped';
