import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, entry, meshwalk } from '../cli/meshwalk.ts';
import { until } from '../platform/temp-folder.ts';
import { Learner } from '../terminal/learner.ts';
import { rowsText } from '../terminal/screen-reading.ts';
import { PtySession } from '../tools/pty.ts';
import { copyCourse } from './course.ts';
import { processesOf } from './process-tree.ts';

/** kubectl is content with one of the two loopback addresses, so both are taken where there are two. */
async function occupy(port: number): Promise<Server[]> {
  const loopback = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const hosts = loopback.filter(({ internal }) => internal).map(({ address }) => address);
  const servers = hosts.map((host) => {
    const server = createServer((_, response) => void response.writeHead(404).end('another program'));
    return server.listen(port, host);
  });
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return servers;
}

async function leave(servers: readonly Server[]): Promise<void> {
  for (const server of servers.filter(({ listening }) => listening)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

/** Lesson 5 forwards a port that another program has: first without a screen, then on it. */
describe('a forwarded port that another program has', () => {
  const home = mkdtempSync(join(tmpdir(), 'meshwalk-port-'));
  let course: { folder: string; port: number };
  let other: Server[] = [];
  let session: PtySession | undefined;
  const args = () => ['--pace', 'instant', '--trust', '--lessons', course.folder];

  beforeAll(async () => {
    build();
    course = await copyCourse(join(home, 'course'));
    other = await occupy(course.port);
  }, 120_000);
  afterAll(async () => {
    await session?.close();
    await leave(other);
    await until(() => processesOf(home, undefined).length === 0);
    rmSync(home, { recursive: true, force: true });
  });

  const complaint = () => `unable to listen on any of the requested ports: [{${course.port} 14001}]`;

  it('ends `meshwalk run` with the words of kubectl, the condition and a command to try', async () => {
    const { code, out, err } = await meshwalk(home, ['run', '--to', '5', ...args()]);
    expect(code).toBe(1);
    expect(out).toContain(`✗ http://localhost:${course.port}/raw answers with 200 (status 404)`);
    expect(err).toContain('"Forward a port" did not pass');
    expect(err).toContain(`forward-bookbuyer did not stay up (error: ${complaint()}).`);
    expect(err).toContain(`→ curl -i http://localhost:${course.port}/raw`);
  }, 180_000);

  it('stands in the list of the background, and passes once the port is free and the command ran again', async () => {
    const learner = new Learner(100, 40, (columns, rows) => {
      session = new PtySession({
        file: process.execPath,
        args: [entry, ...args()],
        environment: { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' },
        folder: home,
        columns,
        rows,
      });
      return session;
    });
    await learner.until(({ lesson }) => lesson.rule.includes('Forward a port'), 'the task that did not pass');
    await learner.readOn();
    learner.press('enter');
    await learner.until(({ tray }) => tray.includes('ended'), 'a tray that says it ended');
    learner.press('t');
    const list = await learner.until(({ panel }) => panel !== undefined, 'the list of the background');
    expect(rowsText(list.panel)).toContain(complaint());
    learner.press('escape');
    await learner.until(({ panel }) => panel === undefined, 'the lesson again');

    await leave(other);
    await learner.readOn();
    learner.press('enter');
    await learner.until(({ tray }) => tray.includes('running'), 'a tray that says it runs');
    learner.press('v');
    await learner.until(({ moment }) => moment.includes('Task passed'), 'the task passed');
    learner.press('q');
    await learner.until(({ panel }) => panel?.rule.startsWith('Quit?') === true, 'the question');
    learner.press('y');
    expect((await learner.session.ended).exitCode).toBe(0);
  }, 180_000);
});
