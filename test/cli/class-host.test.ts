import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { build, meshwalk, start } from './meshwalk.ts';

const tempFolder = tempFolders();
const ends: (() => unknown)[] = [];
beforeAll(build, 120_000);
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const line = ['class', 'host', '--listen', '127.0.0.1', '--port', '0', '--no-open'];

/** All that a host says which is ended as soon as it is there. */
async function said(...of: Parameters<typeof start>): Promise<string> {
  const child = start(...of);
  ends.push(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('class watch')) child.kill('SIGTERM');
    });
  }
  await once(child, 'close');
  return text;
}

const host = (home: string, ...more: readonly string[]) => said(home, [...line, ...more]);

describe('meshwalk class host', () => {
  it('says that a class goes on as it was begun where another name or other lessons were asked for', async () => {
    const home = tempFolder();
    const asBegun = 'as it was begun';
    expect(await host(home, '--name', 'Tuesday', '--lessons', '1-2')).not.toContain(asBegun);
    expect(await host(home, '--name', 'Tuesday', '--lessons', '2,1')).not.toContain(asBegun);
    const other = await host(home, '--name', 'Friday');
    expect(other).toContain('The class "Tuesday" goes on');
    expect(other).toContain(`${asBegun}: --name and --lessons`);
    expect(await host(home, '--lessons', '3')).toContain(asBegun);
  });

  it('tells learners the port that it got', async () => {
    const text = await host(tempFolder());
    const [, port] = /class join 127\.0\.0\.1:(\d+)/.exec(text) ?? [];
    expect(Number(port)).toBeGreaterThan(0);
    expect(text).toContain(`http://127.0.0.1:${port}/instructor/`);
  });

  // Only root may be somebody whom the system does not know.
  describe.skipIf(process.getuid?.() !== 0)('of a user whom the system does not know', () => {
    const nobody = { uid: 54_321, environment: { HOME: undefined } };

    it('is held under the name of the machine', async () => {
      const home = tempFolder();
      chmodSync(home, 0o777);
      expect(await said(home, line, nobody)).toMatch(/The class "[^"]+" begins/);
    });

    it('needs a folder to keep it in, and says which variable names one', async () => {
      const home = tempFolder();
      chmodSync(home, 0o777);
      const unset = { uid: nobody.uid, environment: { HOME: undefined, MESHWALK_HOME: undefined } };
      const { code, err } = await meshwalk(home, line, unset);
      expect(code).toBe(1);
      expect(err).toContain('There is no home folder');
      expect(err).toContain('MESHWALK_HOME=');
      expect((await meshwalk(home, ['class', 'host', '--help'], unset)).code).toBe(0);
    });
  });
});
