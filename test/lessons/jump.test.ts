import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Parts } from '../../src/cli/compose.ts';
import { findDrift } from '../../src/cli/drift.ts';
import { LessonHost } from '../../src/cli/lesson-host.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readJournal } from '../../src/progress/journal.ts';
import { build, meshwalk } from '../cli/meshwalk.ts';
import { copyCourse } from '../walk/course.ts';
import { isLesson, isStopped, shell, shown, withParts as withPartsOf } from './course-host.ts';
import { eventsOf, play } from './play.ts';

// Jumps over the real course on the real sandbox, in the order in which a learner might make them.
let home: string;
let course: string;

beforeAll(async () => {
  build();
  home = mkdtempSync(join(tmpdir(), 'meshwalk-jump-'));
  ({ folder: course } = await copyCourse(join(home, 'course')));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const journalOf = () => readJournal(join(home, 'default/sandbox/journal.jsonl')).map(({ record }) => record);
const notes = (played: Awaited<ReturnType<typeof play>>) => eventsOf(played, 'note').map(({ sentence }) => sentence);

const withParts = <T>(use: (parts: Parts) => Promise<T>) => withPartsOf(home, course, use);

async function withHost<T>(parts: Parts, use: (host: LessonHost) => Promise<T>): Promise<T> {
  const host = new LessonHost(parts);
  try {
    return await use(host);
  } finally {
    await host.close();
  }
}

describe('a jump', { timeout: 120_000 }, () => {
  it('to a lesson from nothing builds its start, and keeps none of that as progress', async () => {
    const jump = await play(home, course, '--from', '7', '--to', '7');
    expect(jump.err).toBe('');
    expect(jump.code).toBe(0);
    expect(notes(jump)).toContain('Deny by default: See what denial looks like');
    const lessons = new Set(journalOf().flatMap((record) => ('lesson' in record ? [record.lesson] : [])));
    expect([...lessons]).toEqual(['allow-with-policies']);
  });

  it('onwards plays nothing again that is there', async () => {
    const jump = await play(home, course, '--from', '8', '--to', '8');
    expect(jump.err).toBe('');
    expect(jump.code, JSON.stringify(jump.events.at(-1))).toBe(0);
    expect(notes(jump).filter((note) => note.includes(': '))).toEqual([]);
  });

  it('back to a lesson on the screen asks before it empties the sandbox', async () => {
    await withParts((parts) =>
      withHost(parts, async (host) => {
        host.openLesson('clean-up');
        const before = await shown(host, isLesson('clean-up'));
        host.openLesson('watch-traffic');
        const asked = await shown(host, isStopped);
        expect(asked).toMatchObject({
          back: 'Clean up',
          what: 'The sandbox is beyond the start of "Watch the traffic".',
          why: expect.stringContaining('what you made in the cluster yourself is lost'),
        });
        // Esc: the lesson is as it was left, and goes on.
        host.back();
        expect(host.content()).toEqual(before);
        host.send({ type: 'proceed' });
        const onwards = await shown(host, (content) => content.phase === 'lesson' && content.session.taskIndex === 0);
        host.openLesson('watch-traffic');
        const again = await shown(host, isStopped, onwards);
        // A key that bounced is no answer.
        host.openLesson('watch-traffic');
        expect(host.content()).toBe(again);
        expect(await shell(parts, 'kubectl get traffictargets -n bookstore -o name')).toContain('bookthief-reads');
        await new Promise<void>((resolve) => void systemClock.after(750, resolve));
        host.openLesson('watch-traffic');
        const open = await shown(host, isLesson('watch-traffic'), again);
        expect(open).toMatchObject({ session: { status: 'reading', taskIndex: -1 } });
        const traffic = "kubectl get meshconfig osm-mesh-config -n kube-system -o jsonpath='{.spec.traffic}'";
        expect(JSON.parse(await shell(parts, traffic))).toMatchObject({
          enableEgress: true,
          enablePermissiveTrafficPolicyMode: true,
        });
        expect(await shell(parts, 'kubectl get traffictargets -A -o name')).toBe('');
        expect(await shell(parts, 'kubectl get pods -n bookstore --no-headers')).toMatch(/2\/2 +Running/);
      }),
    );
  });

  it('to a finished lesson only opens it, and says how to do it again', async () => {
    await withParts((parts) =>
      withHost(parts, async (host) => {
        host.openLesson('split-traffic', 'split-half');
        expect(await shown(host, isLesson('split-traffic'))).toMatchObject({
          session: {
            taskIndex: 1,
            status: 'passed',
            notice: { type: 'said', sentence: expect.stringContaining('meshwalk reset 8') },
          },
        });
        // Within the open lesson it is no jump at all.
        host.openLesson('split-traffic', 'deploy-v2');
        await shown(host, (content) => content.phase === 'lesson' && content.session.taskIndex === 0);
      }),
    );
  });

  it('mends what is missing of a start, and that alone', async () => {
    await withParts((parts) =>
      parts.world.prepare(() => {}).then(() => shell(parts, 'kubectl delete deployment -n bookbuyer bookbuyer')),
    );
    const jump = await play(home, course, '--from', '6', '--to', '6');
    expect(jump.err).toBe('');
    expect(jump.code).toBe(0);
    expect(notes(jump).filter((note) => note.includes(': '))).toEqual([
      'Deploy the bookstore: Deploy shop and customer',
    ]);
  });
});

describe('coming back', { timeout: 120_000 }, () => {
  it('after a reset of a lesson goes on with that lesson, and offers to build its start', async () => {
    expect((await meshwalk(home, ['reset', '6', '--lessons', course])).out).toContain(
      '"Deny by default" is to be done again',
    );
    const status = JSON.parse((await meshwalk(home, ['status', '--json', '--lessons', course])).out);
    expect(status.next).toBe('deny-by-default');
    await withParts((parts) =>
      withHost(parts, async (host) => {
        host.begin();
        expect(await shown(host, isStopped)).toMatchObject({ what: expect.stringContaining('"Deny by default"') });
      }),
    );
    expect((await play(home, course, '--from', '6', '--to', '6')).code).toBe(0);
  });

  it('tells what was finished and holds no longer, and nothing that later lessons changed on purpose', async () => {
    await withParts(async (parts) => {
      await parts.world.prepare(() => {});
      const look = () => findDrift(parts, 'deny-by-default', new AbortController().signal);
      expect(await look()).toBeUndefined();
      await shell(
        parts,
        `kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge -p '{"spec":{"traffic":{"enableEgress":true}}}'`,
      );
      expect(await look()).toEqual({
        sentences: [
          'Changed since "See what denial looks like": MeshConfig has spec.traffic.enableEgress = false, but now: true.',
        ],
        tasks: ['See what denial looks like'],
        costly: [],
      });
      // As if the learner had come the whole way, and no further.
      parts.journal.append({ type: 'reset', lesson: 'allow-with-policies' });
      for (const { id, tasks } of parts.catalog.needsOf('allow-with-policies')) {
        for (const task of tasks) parts.journal.append({ type: 'task-passed', lesson: id, task: task.id });
      }
      await shell(parts, 'kubectl delete deployment bookstore -n bookstore');
      expect((await look())?.sentences[0]).toBe('Deployment bookstore/bookstore was deleted since.');
    });
  });

  it('offers to put back what was lost, by playing it again, and counts nothing of it as done by the learner', async () => {
    await withParts((parts) =>
      withHost(parts, async (host) => {
        const before = parts.journal.lastNumber;
        host.begin();
        const content = await shown(host, (one) => one.phase === 'lesson' && one.session.notice?.type === 'said');
        if (content.phase !== 'lesson' || content.session.notice?.type !== 'said') throw new Error('it was waited for');
        expect(content.session.notice.sentence).toMatch(
          /^Deployment bookstore\/bookstore was deleted since\..* R shows it/,
        );
        host.lookBack('replay');
        await shown(host, () => host.backCard()?.status === 'drifted');
        expect(host.backCard()).toMatchObject({ tasks: ['Deploy shop and customer', 'See what denial looks like'] });
        host.goBack();
        await shown(
          host,
          (one) => one.phase === 'lesson' && JSON.stringify(one.session.notice).includes('is back'),
          content,
        );
        host.lookBack('replay');
        await shown(host, () => host.backCard()?.status === 'nothing');
        const since = parts.journal.entries.filter(({ number }) => number > before).map(({ record }) => record.type);
        expect(since.filter((type) => type === 'task-passed' || type === 'command-ended')).toEqual([]);
      }),
    );
  });

  it('in the middle of a lesson that was jumped to builds nothing and empties nothing', async () => {
    await withParts(async (parts) => {
      parts.journal.append({ type: 'reset' });
      parts.journal.append({ type: 'task-passed', lesson: 'deny-by-default', task: 'permissive-off' });
      parts.journal.append({ type: 'task-started', lesson: 'deny-by-default', task: 'read-the-denial' });
      await withHost(parts, async (host) => {
        const said: string[] = [];
        host.subscribe(() => {
          const content = host.content();
          if (content.phase === 'preparing') said.push(content.doing);
        });
        host.begin();
        expect(await shown(host, isLesson('deny-by-default'))).toMatchObject({ session: { taskIndex: 1 } });
        expect(said.filter((sentence) => sentence.includes(': '))).toEqual([]);
      });
    });
  });

  it('after a reset of everything begins with nothing', async () => {
    expect((await meshwalk(home, ['reset', '--all', '--lessons', course])).code).toBe(0);
    const status = JSON.parse((await meshwalk(home, ['status', '--json', '--lessons', course])).out);
    expect(status).toMatchObject({ next: 'welcome' });
    await withParts(async (parts) => {
      await parts.world.prepare(() => {});
      expect(await shell(parts, 'az group list --query "[].name" -o tsv')).toBe('');
      expect(await parts.world.kube()).toBeUndefined();
    });
  });
});
