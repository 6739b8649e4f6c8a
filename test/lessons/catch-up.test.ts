import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Control } from '../../src/classroom/protocol.ts';
import { ClassLessonHost } from '../../src/cli/class-lesson-host.ts';
import { newMembership } from '../../src/cli/class-membership.ts';
import { inEveryWorld, outlineOf } from '../../src/cli/class-outline.ts';
import type { Parts } from '../../src/cli/compose.ts';
import { loadCourse } from '../../src/cli/course-files.ts';
import type { ScreenContent } from '../../src/tui/app-port.ts';
import { en } from '../../src/words/en.ts';
import { code, hostClass, instructor, type RawConnection, type TestClass } from '../classroom/class-host.ts';
import { build } from '../cli/meshwalk.ts';
import { tempFolders, until } from '../platform/temp-folder.ts';
import { isLesson, isStopped, shell, shown, withParts } from './course-host.ts';
import { lostAtStart } from './lost-at-start.ts';

// A learner's whole program but its screen, on a real sandbox, in a class on a real server.
const tempFolder = tempFolders();
const closing: (() => unknown)[] = [];
beforeAll(build, 120_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Seat {
  parts: Parts;
  host: ClassLessonHost;
  room: TestClass;
  /** Resolves when the class did it; `learner` is told a moment later. */
  control(control: Control): Promise<void>;
}

/** Of another program's course. */
const unknownLesson = { id: 'from-elsewhere', title: 'From elsewhere', step: 99, minutes: 1, presenter: [], tasks: [] };

const root = join(import.meta.dirname, '../..');

/** Ada, who begins the first lesson with the cluster still to be created, in a class that is somewhere before she joins. */
async function inClass(before: readonly Control[], use: (seat: Seat) => Promise<void>): Promise<void> {
  const home = tempFolder();
  await withParts(home, root, async (parts) => {
    parts.journal.append({ type: 'task-passed', lesson: 'welcome', task: 'meet-the-tools' });
    parts.journal.append({ type: 'task-started', lesson: 'create-cluster', task: 'create-group' });
    const { lessons } = parts.catalog;
    const course = outlineOf(inEveryWorld(lessons, await loadCourse(root)), 'en', parts.kinds, parts.findings);
    const all = [...course.lessons, unknownLesson];
    const room = await hostClass(tempFolder(), {
      course: { ...course, lessons: all },
      lessons: all.map(({ id }) => id),
    });
    closing.push(() => room.close());
    const origin = `http://127.0.0.1:${room.server.port}`;
    const page = await instructor(room.server.port);
    closing.push(() => page.close());
    const control = controls(page);
    for (const one of before) await control(one);
    const host = new ClassLessonHost(parts, { membership: newMembership(origin, 'Ada'), code });
    try {
      host.begin();
      await shown(host, isLesson('create-cluster'));
      await use({ parts, host, room, control });
    } finally {
      await host.close();
    }
  });
}

function controls(page: RawConnection): (control: Control) => Promise<void> {
  let number = 0;
  return async (control) => {
    number += 1;
    page.say({ type: 'control', number, control });
    await page.next('done', (said) => said['number'] === number);
  };
}

const notice = (content: ScreenContent): string =>
  content.phase === 'lesson' && content.session.notice?.type === 'said' ? content.session.notice.sentence : '';
const says = (sentence: string) => (content: ScreenContent) => notice(content) === sentence;
const { classroom } = en;

describe('catching up with a class', { timeout: 120_000 }, () => {
  it('builds the start of its lesson, and counts nothing of that as done by the learner', async () => {
    const lead: Control = { type: 'lead', lesson: 'deploy-apps' };
    await inClass([lead, { type: 'message', text: 'look up' }], async ({ parts, host, room }) => {
      const before = [...parts.journal.entries];
      await shown(host, says(`${classroom.mayCatchUp('Deploy the bookstore')} ${classroom.message('look up')}`));
      expect(host.canCatchUp).toBe(true);

      host.catchUp();
      const there = await shown(host, says(classroom.caughtUp));
      expect(there).toMatchObject({
        session: { lesson: { id: 'deploy-apps' }, status: 'reading', taskIndex: -1, next: { type: 'begin' } },
      });
      expect(host.canCatchUp).toBe(false);
      expect(await lostAtStart(parts, 'deploy-apps')).toEqual([]);
      expect(await shell(parts, 'osm namespace list')).toMatch(/^bookstore\s/m);
      expect(parts.journal.entries).toEqual(before);

      host.send({ type: 'proceed' });
      await until(() => room.classroom.roster.cards()[0]?.at?.lesson === 'deploy-apps');
      expect(room.classroom.roster.cards()[0]?.passed).toEqual({ welcome: 1 });
      // What was passed over is where it was left, and still to do.
      host.openLesson('create-cluster');
      expect(await shown(host, isStopped)).toMatchObject({ back: 'Deploy the bookstore' });
    });
  });

  it('asks before it takes away what a learner made who is further than the class', async () => {
    await inClass([], async ({ parts, host, control }) => {
      await control({ type: 'lead', lesson: 'connect-kubectl' });
      await until(() => host.canCatchUp);
      host.catchUp();
      const own = await shown(host, says(classroom.caughtUp));
      await control({ type: 'lead', lesson: 'create-cluster' });
      await until(() => host.canCatchUp);
      host.catchUp();
      expect(await shown(host, isStopped)).toMatchObject({ lesson: 'create-cluster', back: 'Connect kubectl' });
      host.back();
      // Who is further is not told to catch up, so the sentence is still the last one.
      expect(host.content()).toEqual(own);
      expect(await shell(parts, 'az aks list --query "[].name" -o tsv')).toBe('meshwalk-aks\n');
    });
  });

  it('leads no further than the lesson at which the class is held', async () => {
    await inClass([], async ({ host, control }) => {
      // As a cluster of one's own calls the lesson that is another one in the sandbox.
      await control({ type: 'hold', lesson: 'check-cluster' });
      await shown(host, says(classroom.held('Create a cluster with a mesh')));
      await control({ type: 'lead', lesson: 'deploy-apps' });
      await shown(host, says(classroom.mayCatchUp('Deploy the bookstore')));
      host.catchUp();
      expect(await shown(host, says(classroom.held('Create a cluster with a mesh')))).toMatchObject({
        session: { lesson: { id: 'create-cluster' } },
      });
    });
  });

  it('is offered towards no lesson that this learner does not have', async () => {
    await inClass([], async ({ host, control }) => {
      await control({ type: 'lead', lesson: unknownLesson.id });
      await control({ type: 'message', text: 'on we go' });
      await shown(host, (content) => notice(content).includes('on we go'));
      expect(host.canCatchUp).toBe(false);
    });
  });
});
