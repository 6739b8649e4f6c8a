import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, meshwalk, start } from '../../cli/meshwalk.ts';
import { tempFolders, until } from '../../platform/temp-folder.ts';
import { started } from '../class-host.ts';
import { PlayedLearner } from '../played-learners.ts';
import { PostgresServer, postgresPrograms } from './postgres-server.ts';

const programs = postgresPrograms();

/** As two machines: each host is a process with a folder of its own, and the database is all that they share. */
describe.skipIf(!programs)('two hosts of one class', () => {
  let server: PostgresServer;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    build();
    server = await PostgresServer.start(programs ?? '');
  }, 120_000);
  afterAll(async () => {
    for (const end of ends) await end();
    await server?.close();
  });
  const tempFolder = tempFolders();

  async function host(home: string) {
    const line = ['class', 'host', '--listen', '127.0.0.1', '--port', '0', '--lessons', '1-2', '--no-open'];
    const child = start(home, line, { environment: { MESHWALK_CLASS_STORE: server.address } });
    ends.push(() => child.kill('SIGKILL'));
    let said = '';
    for await (const one of createInterface({ input: child.stdout })) {
      said += `${one}\n`;
      if (one.includes('class watch')) break;
    }
    const [, origin = '', token = ''] = /(http:\S+)\/instructor\/#token=(\S+)/.exec(said) ?? [];
    return { child, origin, token, code: /#(\w{4}-\w{4})/.exec(said)?.[1] ?? '', said };
  }

  const rowsAt = async (origin: string, token: string): Promise<unknown> => {
    const answer = await fetch(`${origin}/v1/export.json`, { headers: { authorization: `Bearer ${token}` } });
    return answer.ok ? ((await answer.json()) as { rows: unknown }).rows : answer.status;
  };

  it('have one code, know each other’s instructors, and lose nothing when one is killed', async () => {
    const one = await host(tempFolder());
    const home = tempFolder();
    const other = await host(home);
    expect(other.code).toBe(one.code);
    expect(one.said).toContain('begins');
    expect(other.said).toContain('goes on');
    await expect.poll(() => rowsAt(one.origin, other.token)).toEqual([]);

    const ada = new PlayedLearner('Ada', { origin: one.origin }, one.code, 1);
    ends.push(() => ada.link.close());
    const about = { lesson: 'first', task: 'begin', condition: 'ready' } as const;
    ada.journal.append(started('begin'));
    ada.journal.append({ type: 'condition-changed', ...about, status: 'wrong' });
    ada.journal.append({ type: 'check-failed', ...about });
    await until(() => ada.acknowledged === 3);
    one.child.kill('SIGKILL');
    await once(one.child, 'exit');
    const watched = await meshwalk(home, ['class', 'watch']);
    expect(watched.err).toBe('');
    expect(watched.out).toContain('Ada');

    const again = await host(tempFolder());
    expect(again.said).toContain('goes on');
    const rows = await rowsAt(other.origin, other.token);
    expect(rows).toMatchObject([{ name: 'Ada', condition: 'ready', attempts: 2 }]);
    expect(await rowsAt(again.origin, again.token)).toEqual(rows);
    other.child.kill('SIGTERM');
    const [exit] = await once(other.child, 'exit');
    expect(exit).toBe(143);
  });

  it('refuse a password that all may see, in one line and without it', async () => {
    const { code, err } = await meshwalk(tempFolder(), [
      'class',
      'host',
      '--store',
      'postgres://ada:s3cret@127.0.0.1/x',
    ]);
    expect(code).toBe(1);
    expect(err).toContain('MESHWALK_CLASS_STORE');
    expect(err).not.toContain('s3cret');
  });
});
