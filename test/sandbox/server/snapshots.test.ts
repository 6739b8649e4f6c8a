import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/fault.ts';
import { finishRestore, forgetRestore, intendRestore } from '../../../src/sandbox/server/restore.ts';
import { openFolder, type SandboxPaths } from '../../../src/sandbox/server/sandbox-folder.ts';
import {
  adoptSnapshot,
  captureFiles,
  listSnapshots,
  readSnapshot,
  snapshotLimits,
  sweepSnapshots,
  takeSnapshot,
} from '../../../src/sandbox/server/snapshots.ts';
import { decodeFile, encodeRecord } from '../../../src/sandbox/store/record.ts';

let folder: string;
let paths: SandboxPaths;
const store = 'state/clusters/_rg/_one/store';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwalk-snapshots-'));
  paths = openFolder(folder);
  mkdirSync(join(folder, store), { recursive: true });
  write('state/azure.json', 'azure 1');
  write(`${store}/journal.jsonl`, put(7));
  write('kubeconfig', 'contexts');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const put = (revision: number) =>
  encodeRecord({ v: 1, type: 'put', revision, kind: 'pods', object: { metadata: { name: `p${revision}` } } });
const take = (id: string, takenAt = 1) => takeSnapshot(folder, { id, takenAt, note: { task: id } });
const restore = (id: string) => {
  intendRestore(paths, id);
  finishRestore(paths);
};
const snapshotFile = (id: string) => join(paths.snapshots, `${id}.snapshot`);

describe('a snapshot of a sandbox', () => {
  it('holds its state, its kubeconfig and what az keeps, and nothing of the process', async () => {
    write('azure/config', 'defaults');
    write('azure/meshwalk.json', 'token of this process');
    write('secrets.json', 'keys of this sandbox');
    write('state/azure.json.12.tmp', 'half');
    expect([...captureFiles(folder).keys()].sort()).toEqual(
      ['azure/config', 'kubeconfig', `${store}/journal.jsonl`, 'state/azure.json'].sort(),
    );
  });

  it('is listed with its note, oldest first', async () => {
    await take('later', 20);
    await take('earlier', 10);
    expect(listSnapshots(folder).map(({ id, note }) => [id, note])).toEqual([
      ['earlier', { task: 'earlier' }],
      ['later', { task: 'later' }],
    ]);
  });

  it('replaces the one of the same name', async () => {
    await take('one');
    write('state/azure.json', 'azure 2');
    await take('one');
    expect(readSnapshot(folder, 'one').files.get('state/azure.json')?.toString()).toBe('azure 2');
    expect(listSnapshots(folder)).toHaveLength(1);
  });

  it('of a name that is no name is refused', async () => {
    await expect(take('../../secrets')).rejects.toMatchObject({ code: 'snapshot.id' });
    expect(() => readSnapshot(folder, 'a/b')).toThrow(Fault);
  });

  it('with a single wrong bit is not used and not listed, and nothing is touched', async () => {
    await take('one');
    const file = snapshotFile('one');
    const whole = readFileSync(file);
    for (const at of [3, 70, whole.indexOf(0x0a) + 2, whole.length - 1]) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 1;
      writeFileSync(file, broken);
      expect(() => intendRestore(paths, 'one'), `bit at ${at}`).toThrow(
        expect.objectContaining({ code: 'snapshot.damaged' }),
      );
    }
    writeFileSync(file, whole.subarray(0, 40));
    expect(listSnapshots(folder)).toEqual([]);
    expect(finishRestore(paths)).toBe(false);
    expect(read('state/azure.json')).toBe('azure 1');
  });

  it('makes room for newer ones when there are too many', async () => {
    await take('start-of-something', 0);
    for (let count = 0; count < snapshotLimits.count + 3; count += 1) await take(`task-${count}`, count + 1);
    const ids = listSnapshots(folder).map(({ id }) => id);
    expect(ids[0], 'those of another family are counted apart').toBe('start-of-something');
    expect(ids).toHaveLength(snapshotLimits.count + 1);
    expect(ids.at(-1)).toBe(`task-${snapshotLimits.count + 2}`);
    expect(ids).not.toContain('task-0');
  });

  it('leaves nothing half written after a process that was killed', async () => {
    await take('one');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    writeFileSync(`${snapshotFile('two')}.${gone}.abcd.tmp`, 'half');
    writeFileSync(`${snapshotFile('three')}.${process.pid}.abcd.tmp`, 'still being written');
    sweepSnapshots(paths);
    expect(readdirSync(paths.snapshots)).toEqual(['one.snapshot', `three.snapshot.${process.pid}.abcd.tmp`]);
  });

  it('is taken over by another sandbox when it is whole', async () => {
    await take('start-one');
    const other = mkdtempSync(join(tmpdir(), 'meshwalk-snapshots-'));
    try {
      openFolder(other);
      expect(await adoptSnapshot(other, folder, 'start-one')).toBe(true);
      expect(readSnapshot(other, 'start-one').files.get('state/azure.json')?.toString()).toBe('azure 1');
      expect(await adoptSnapshot(other, folder, 'start-two')).toBe(false);
      writeFileSync(snapshotFile('start-one'), 'half');
      expect(await adoptSnapshot(other, folder, 'start-one')).toBe(false);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});

describe('putting a snapshot back', () => {
  it('brings every file back and takes away what came since', async () => {
    await take('one');
    write('state/azure.json', 'azure 2');
    write('state/later', 'new');
    rmSync(join(folder, 'kubeconfig'));
    write('azure/later', 'new');
    restore('one');
    expect(read('state/azure.json')).toBe('azure 1');
    expect(read('kubeconfig')).toBe('contexts');
    expect([...captureFiles(folder).keys()].filter((path) => path.endsWith('later'))).toEqual([]);
  });

  it('counts revisions on from the highest that was given out', async () => {
    await take('one');
    write(`${store}/journal.jsonl`, put(7) + put(8) + put(41));
    restore('one');
    const { records } = decodeFile(readFileSync(join(folder, store, 'journal.jsonl')));
    expect(records.map(({ type, revision }) => `${type} ${revision}`)).toEqual(['put 7', 'reached 42']);
  });

  it('is whole although the snapshot was taken of a journal with a torn end', async () => {
    write(`${store}/journal.jsonl`, put(7) + put(8).slice(0, 20));
    await take('one');
    restore('one');
    const { records, end } = decodeFile(readFileSync(join(folder, store, 'journal.jsonl')));
    expect(end).toEqual({ type: 'whole' });
    expect(records.map(({ revision }) => revision)).toEqual([7, 8]);
  });

  it('that was intended is finished by the next start, however far it came', async () => {
    await take('one');
    const then = [...captureFiles(folder)].map(([path, content]) => [path, content.toString()]);
    write('state/azure.json', 'azure 2');
    intendRestore(paths, 'one');
    // As after a kill in the middle: some files gone, one torn.
    rmSync(join(folder, store), { recursive: true });
    write('kubeconfig', 'con');
    expect(finishRestore(openFolder(folder))).toBe(true);
    const now = [...captureFiles(folder)].map(([path, content]) => [path, content.toString().split('\n')[0]]);
    expect(now).toEqual(then.map(([path, content]) => [path, content?.split('\n')[0]]));
    expect(finishRestore(paths)).toBe(false);
  });

  it('that cannot be finished says so, and a reset ends it', async () => {
    await take('one');
    intendRestore(paths, 'one');
    rmSync(snapshotFile('one'));
    expect(() => finishRestore(paths)).toThrow(
      expect.objectContaining({ code: 'restore.unfinished', next: ['Begin anew: meshwalk reset --all'] }),
    );
    forgetRestore(paths);
    expect(finishRestore(paths)).toBe(false);
  });
});
