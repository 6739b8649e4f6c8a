import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { tempFolders } from '../platform/temp-folder.ts';
import { build, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
let home = '';
beforeAll(build);
afterEach(async () => {
  await meshwalk(home, ['sandbox', 'stop']);
});

describe('meshwalk sandbox', () => {
  it('starts one that stays, tells of it, gives its environment, and stops it', async () => {
    home = join(tempFolder(), "it's home");
    mkdirSync(home);
    expect(await meshwalk(home, ['sandbox', 'status'])).toMatchObject({ code: 1, err: '' });
    const started = await meshwalk(home, ['sandbox', 'start', '--pace', 'instant']);
    expect(started).toMatchObject({ code: 0, err: '' });
    const { running, pid } = JSON.parse((await meshwalk(home, ['sandbox', 'status', '--json'])).out);
    expect(running).toBe(true);
    expect(startTimeOf(pid)).toBeDefined();
    expect((await meshwalk(home, ['sandbox', 'start'])).out).toContain('runs already');
    const { out } = await meshwalk(home, ['sandbox', 'env']);
    expect(out).toContain(`export KUBECONFIG='${home.replace("'", "'\\''")}/default/sandbox/sandbox/kubeconfig'`);
    expect((await meshwalk(home, ['sandbox', 'stop'])).code).toBe(0);
    expect(startTimeOf(pid)).toBeUndefined();
    expect((await meshwalk(home, ['sandbox', 'stop'])).out).toContain('No sandbox runs.');
  });
});
