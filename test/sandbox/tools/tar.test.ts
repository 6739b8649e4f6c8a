import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Box } from '../shell/container.ts';

const folder = mkdtempSync(join(tmpdir(), 'meshwalk-tar-'));
afterAll(() => rmSync(folder, { recursive: true }));
const real = (...args: string[]) => spawnSync('tar', ['-C', folder, ...args]);
const isGnu = /GNU tar/.test(String(spawnSync('tar', ['--version']).stdout));

describe.skipIf(!isGnu)('tar beside the real tar', () => {
  const names = ['Übung und 日本.txt', `${'ü'.repeat(60)}.txt`, `${'long'.repeat(40)}.txt`];

  it.each(['pax', 'gnu'])('unpacks names that no header has room for, in the format %s', async (format) => {
    for (const name of names) writeFileSync(join(folder, name), `this is ${name}`);
    const box = new Box();
    box.processes.files.write('/tmp/a.tar', real('-cf', '-', `--format=${format}`, ...names).stdout);
    expect(await box.sh('cd /tmp; tar xf a.tar')).toEqual({ code: 0, out: '', err: '' });
    for (const name of names) expect(String(box.processes.files.read(`/tmp/${name}`))).toBe(`this is ${name}`);
  });

  it('packs names as the bytes they are, and refuses what is cut off', async () => {
    const box = new Box();
    const [name = ''] = names;
    box.processes.files.write(`/tmp/${name}`, Buffer.from('own'));
    expect((await box.sh(`cd /tmp; tar cf - '${name}' > a.tar; tar tf a.tar`)).out).toBe(`${name}\n`);
    const archive = box.processes.files.read('/tmp/a.tar');
    writeFileSync(join(folder, 'own.tar'), archive);
    real('-xf', join(folder, 'own.tar'));
    expect(readFileSync(join(folder, name), 'utf8')).toBe('own');
    box.processes.files.write('/tmp/a.tar', archive.subarray(0, 514));
    expect(await box.sh('cd /tmp; tar xf a.tar')).toMatchObject({
      code: 1,
      err: expect.stringContaining('short read'),
    });
    expect((await box.sh(`cd /tmp; touch ${'ü'.repeat(60)}; tar c ${'ü'.repeat(60)}`)).err).toMatch(/name is too long/);
  });
});
