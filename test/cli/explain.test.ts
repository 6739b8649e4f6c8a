import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { build, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
let home = '';
beforeAll(build);
afterEach(async () => {
  await meshwalk(home, ['sandbox', 'stop']);
});

describe('meshwalk explain', () => {
  const thief = ['explain', '--from', 'bookthief/bookthief', '--to', 'bookstore/bookstore', '/buy-a-book/new'];

  it('says what to do where no sandbox runs, and how a name is written', async () => {
    home = tempFolder();
    expect(await meshwalk(home, thief)).toMatchObject({
      code: 1,
      err: expect.stringContaining('No sandbox runs, so there is nothing to look at.'),
    });
    const wrong = await meshwalk(home, ['explain', '--from', 'bookthief', '--to', 'bookstore/bookstore']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('It must be a namespace and a name') });
  });

  it('tells why the thief of the course may look and not buy, beside a sandbox that runs', async () => {
    home = tempFolder();
    expect((await meshwalk(home, ['run', '--to', '7', '--pace', 'instant'])).code).toBe(0);
    expect((await meshwalk(home, ['sandbox', 'start', '--pace', 'instant'])).code).toBe(0);
    const look = async (...args: string[]) => JSON.parse((await meshwalk(home, [...args, '--json'])).out);
    await expect
      .poll(async () => (await look(...thief)).links.at(-1), { timeout: 60_000, interval: 500 })
      .toMatchObject({ title: 'identity', status: 'breaks' });
    const { out, code } = await meshwalk(home, thief);
    expect(code).toBe(0);
    expect(out).toContain('✓ server route  A route of the server takes GET /buy-a-book/new.');
    expect(out).toContain('to mend:  TrafficTarget bookstore/bookthief-reads-bookstore, spec.rules: add a match');
    expect(out).toContain('So the caller sees: status 403, RBAC: access denied.');
    const { outcome } = await look(...thief.slice(0, -1), '/books-bought');
    expect(outcome).toEqual({ type: 'reaches-application' });
    const nobody = await meshwalk(home, ['explain', '--from', 'bookbuyer/nobody', '--to', 'bookstore/bookstore']);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('bookbuyer/nobody') });
  }, 240_000);
});
