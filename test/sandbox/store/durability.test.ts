import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { Store } from '../../../src/sandbox/store/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const journal = () => join(folder, 'journal.jsonl');
const open = (options: { compactAfter?: number } = {}) => new Store({ folder, clock: new SteppedClock(), ...options });
const object = (name: string, value = 0) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  value,
});
const names = (store: Store) => store.list('configmaps').map(({ metadata }) => metadata.name);

function writeThree(): Store {
  const store = open();
  for (const name of ['a', 'b', 'c']) store.create('configmaps', object(name));
  store.close();
  return store;
}

describe('the store on disk', () => {
  it('comes back with every object and goes on counting', () => {
    const before = writeThree();
    const after = open();
    expect(after.list('configmaps')).toEqual(before.list('configmaps'));
    expect(after.revision).toBe(before.revision);
    expect(after.findings).toEqual([]);
    after.close();
  });

  it('a watch cannot reach back before a restart', () => {
    const since = writeThree().revision - 1;
    const after = open();
    expect(after.watch('configmaps', () => undefined, since)).toBeUndefined();
    expect(after.watch('configmaps', () => undefined, after.revision)).toBeTypeOf('function');
    after.close();
  });

  it('a torn last line is dropped, reported, and the next write starts on a fresh line', () => {
    writeThree();
    appendFileSync(journal(), '00000000 {"v":1,"type":"put","revi');
    const store = open();
    expect(names(store)).toEqual(['a', 'b', 'c']);
    expect(store.findings).toMatchObject([{ type: 'torn-tail' }]);
    store.create('configmaps', object('d'));
    store.close();
    const again = open();
    expect(names(again)).toEqual(['a', 'b', 'c', 'd']);
    expect(again.findings).toEqual([]);
    again.close();
  });

  it('damage in the middle: the file is set aside whole, all other records are kept, and it is reported', () => {
    writeThree();
    const lines = readFileSync(journal(), 'utf8').split('\n');
    lines[1] = (lines[1] ?? '').replace('"b"', '"x"');
    const damaged = lines.join('\n');
    writeFileSync(journal(), damaged);
    const store = open();
    expect(names(store)).toEqual(['a', 'c']);
    expect(store.findings).toMatchObject([{ type: 'damaged', line: 2, lines: 1, keptAs: `${journal()}.corrupt` }]);
    expect(readFileSync(`${journal()}.corrupt`, 'utf8')).toBe(damaged);
    store.create('configmaps', object('d'));
    store.close();
    const again = open();
    expect(names(again)).toEqual(['a', 'c', 'd']);
    expect(again.findings).toEqual([]);
    again.close();
  });

  it('a second damage does not overwrite what the first set aside', () => {
    for (const round of [1, 2]) {
      const store = open();
      store.create('configmaps', object(`kept-${round}`));
      store.create('configmaps', object(`lost-${round}`));
      store.create('configmaps', object(`after-${round}`));
      store.close();
      writeFileSync(journal(), readFileSync(journal(), 'utf8').replace(`lost-${round}`, `gone-${round}`));
    }
    open().close();
    expect(existsSync(`${journal()}.corrupt`) && existsSync(`${journal()}.corrupt.2`)).toBe(true);
    const store = open();
    expect(names(store)).toEqual(['after-1', 'after-2', 'kept-1', 'kept-2']);
    store.close();
  });

  it('a shortened snapshot is damage: it is set aside and the journal after it still counts', () => {
    const store = open({ compactAfter: 3 });
    for (const name of ['a', 'b', 'c']) {
      const created = store.create('configmaps', object(name));
      store.replace('configmaps', object(name, 1), created);
    }
    store.create('configmaps', object('after'));
    store.close();
    const snapshot = join(folder, 'snapshot.jsonl');
    writeFileSync(snapshot, readFileSync(snapshot, 'utf8').split('\n').slice(0, 2).join('\n').concat('\n'));
    const again = open();
    expect(again.findings).toMatchObject([{ type: 'damaged', file: snapshot }]);
    expect(names(again)).toContain('after');
    expect(names(again)).toContain('a');
    again.close();
  });

  it('compaction keeps every object, the counter, and the journal short', () => {
    const store = open({ compactAfter: 50 });
    let current = store.create('configmaps', object('a'));
    for (let value = 1; value < 500; value += 1) current = store.replace('configmaps', object('a', value), current);
    const gone = store.create('configmaps', object('gone'));
    store.remove('configmaps', gone);
    store.close();
    expect(readFileSync(journal(), 'utf8').split('\n').length).toBeLessThan(60);
    const again = open();
    expect(again.list('configmaps')).toEqual([current]);
    expect(again.revision).toBe(store.revision);
    again.close();
  });

  it('a crash between snapshot and emptying the journal replays nothing twice', () => {
    const store = open({ compactAfter: 1e9 });
    const a = store.create('configmaps', object('a'));
    store.remove('configmaps', a);
    store.create('configmaps', object('b'));
    store.close();
    const oldJournal = readFileSync(journal());
    const compacting = open({ compactAfter: 1 });
    compacting.create('configmaps', object('c'));
    compacting.close();
    writeFileSync(journal(), oldJournal);
    const again = open();
    expect(names(again)).toEqual(['b', 'c']);
    again.close();
  });

  it('only its owner may read it', () => {
    writeThree();
    expect(statSync(journal()).mode & 0o077).toBe(0);
  });

  it.skipIf(process.getuid?.() === 0)('a folder without rights says so and what to do', () => {
    chmodSync(folder, 0o500);
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'store.open-failed', why: expect.stringContaining('no right') }),
    );
    chmodSync(folder, 0o700);
  });
});

describe('a process that writes', () => {
  const writer = join(import.meta.dirname, 'writer.ts');

  it('kill -9 at any moment loses no acknowledged write', async () => {
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      let last = '';
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        last = line;
        lines += 1;
        if (lines === 250 + round * 137) child.kill('SIGKILL');
      }
      await exited;
      const [revision, name, count] = last.split(' ');
      const store = open();
      expect(store.revision).toBeGreaterThanOrEqual(Number(revision));
      expect(Number(store.get('configmaps', 'shop', name ?? '')?.['count'])).toBeGreaterThanOrEqual(Number(count));
      expect(store.findings.filter((finding) => finding.type === 'damaged')).toEqual([]);
      store.close();
    }
  });

  it('a file that cannot grow: the write is refused as a Fault, memory and disk still agree', async () => {
    // ulimit -f counts blocks of 512 or 1024 bytes by shell; either way it hits in the middle of a record.
    const child = spawn('sh', ['-c', `ulimit -f 64; exec "${process.execPath}" "${writer}" "${folder}" 3000`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) lines.push(line);
    await exited;
    expect(lines.at(-1)).toBe('fault store.write-failed unchanged');
    const [revision] = (lines.at(-2) ?? '').split(' ');
    const store = open();
    expect(store.revision).toBe(Number(revision));
    expect(store.findings).toEqual([]);
    store.close();
  });
});
