import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import { requestsIn } from '../../src/check/explain/last-request.ts';
import type { ExplainedCall } from '../../src/check/explain/subject.ts';
import { Fault } from '../../src/fault.ts';
import type { ExplainSubject } from '../../src/tui/view/explain-screen.ts';
import { bookstoreMesh, caller, graphOf, http } from '../check/traffic/mesh-samples.ts';
import { type Robot, startRobot } from './robot.ts';

const mesh = graphOf(bookstoreMesh, [
  caller('bookbuyer/bookbuyer', http('bookstore/bookstore', { total: 22, '2xx': 22 })),
  caller('bookthief/bookthief', http('bookstore/bookstore', { total: 10, '4xx': 10, '403': 10 })),
]);

const wrong: CheckResult = {
  status: 'wrong',
  expected: 'spec.backends = two',
  saw: 'one backend',
  on: 'TrafficSplit bookstore/bookstore-split, spec.backends',
  tryThis: 'kubectl get trafficsplit bookstore-split -n bookstore -o yaml',
};

const denied: ExplainedCall = {
  question: {
    from: { namespace: 'bookthief', name: 'bookthief' },
    to: { namespace: 'bookstore', name: 'bookstore' },
    port: undefined,
    method: 'GET',
    path: '/buy-a-book/new',
    headers: {},
  },
  isSeen: true,
  explanation: {
    links: [
      {
        id: 'caller',
        title: 'caller',
        status: 'holds',
        says: 'It has a sidecar.',
        command: 'kubectl get pod a -n bookthief',
      },
      {
        id: 'identity',
        title: 'identity',
        status: 'breaks',
        says: 'No rule is about it.',
        command: 'osm proxy get config_dump b -n bookstore',
        fix: { object: 'TrafficTarget bookstore/bookthief', field: 'spec.rules', change: 'add a match' },
      },
    ],
    outcome: { type: 'answer', status: 403, sees: 'status 403' },
  },
};

let robot: Robot;
afterEach(() => robot.close());

async function start(conditions: Record<string, CheckResult>, columns = 80): Promise<ExplainSubject[]> {
  const asked: ExplainSubject[] = [];
  robot = await startRobot({ commands: { kubectl: { output: 'done' } }, conditions, taskIndex: 0 }, columns, 24);
  Object.assign(robot.host, {
    explain: async (subject: ExplainSubject) => {
      asked.push(subject);
      return 'condition' in subject && subject.condition !== 'ratio' ? undefined : denied;
    },
  });
  return asked;
}

describe('x', () => {
  it('says why a condition fails: the object and field, wanted and seen, and what shows it; Esc leads back', async () => {
    await start({ weights: wrong });
    await robot.press('v');
    const lesson = robot.text();
    expect(lesson).toContain('x why');
    await robot.press('x');
    const told = robot.text();
    for (const words of [
      'Why it is so',
      'where     TrafficSplit bookstore/bookstore-split, spec.backends',
      'wanted    spec.backends = two',
      'seen      one backend',
      'shown by  kubectl get trafficsplit bookstore-split -n bookstore -o yaml',
    ])
      expect(told).toContain(words);
    await robot.press('escape');
    expect(robot.text()).toBe(lesson);
  });

  it('follows a request of a traffic condition link by link, each with the command that shows it', async () => {
    const asked = await start({ weights: { status: 'passed', saw: 'both' }, ratio: wrong }, 100);
    await robot.press('v', 'x');
    expect(asked).toEqual([{ condition: 'ratio' }]);
    await robot.press('G');
    const told = robot.text();
    expect(told).toContain('A request of bookthief/bookthief to bookstore/bookstore');
    expect(told).toContain('GET /buy-a-book/new, as the sidecar of the caller logged it last');
    expect(told).toContain('✓ caller    It has a sidecar.');
    expect(told).toContain('shown by  kubectl get pod a -n bookthief');
    expect(told).toContain('✗ identity  No rule is about it.');
    expect(told).toContain('to mend   TrafficTarget bookstore/bookthief, spec.rules: add a match');
    expect(told).toContain('So the caller sees: status 403.');
  });

  it('says so when nobody could look', async () => {
    await start({ ratio: wrong });
    Object.assign(robot.host, {
      explain: () => Promise.reject(new Fault('a', { what: 'No pod of a/b is running.', next: [] })),
    });
    await robot.press('v', 'x', 'G');
    expect(robot.text()).toContain('Could not look: No pod of a/b is running.');
  });

  it('does nothing, and says why, where nothing has failed', async () => {
    await start({});
    await robot.press('x');
    expect(robot.text()).toContain('There is nothing to explain');
  });

  it('explains the marked call of the traffic map, the one with trouble first; Tab marks another', async () => {
    const asked = await start({});
    Object.assign(robot.host, {
      watchTraffic: () => ({ history: () => ({ graphs: [mesh], trouble: undefined }), stop() {} }),
    });
    await robot.press('w');
    expect(robot.text()).toContain('▸ bookthief to bookstore');
    await robot.press('x');
    expect(asked).toEqual([
      {
        call: {
          from: { namespace: 'bookthief', name: 'bookthief' },
          to: { namespace: 'bookstore', name: 'bookstore' },
        },
      },
    ]);
    expect(robot.text()).toContain('So the caller sees');
    await robot.press('escape', 'tab');
    expect(robot.text()).not.toContain('▸ bookthief to bookstore');
    expect(robot.text()).toContain('Traffic, as the sidecars count it');
  });
});

describe('the requests in an access log', () => {
  const line = (authority: string, path: string, code: number) =>
    JSON.stringify({ method: 'GET', path, authority, response_code: code, upstream_cluster: null });
  const service = { namespace: 'bookstore', name: 'bookstore' };

  it('are those to the Service, whatever form its name has', () => {
    const log = [
      line('bookstore.bookstore:14001', '/a', 200),
      line('bookstore.bookstore.svc.cluster.local', '/b', 403),
      line('bookstore.bookstores', '/c', 200),
      'starting main dispatch loop',
      JSON.stringify({ method: null, path: null, response_code: 0 }),
    ].join('\n');
    expect(requestsIn(log, service)).toEqual([
      { method: 'GET', path: '/a', isFailed: false },
      { method: 'GET', path: '/b', isFailed: true },
    ]);
  });
});
