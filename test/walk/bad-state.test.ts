import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build, meshwalk } from '../cli/meshwalk.ts';
import { tempFolders } from '../platform/temp-folder.ts';

const tempFolder = tempFolders();
beforeAll(build);

const course = `---
lesson: 1
id: damage
step: 1
title: Damage
minutes: 1
needs: []
worlds: [sandbox]
---

# Damage

Words.

## Group
<!-- task: group -->

\`\`\`bash {"name":"group","effect":"changes"}
az group create --name rg --location westeurope
\`\`\`

## Cluster
<!-- task: cluster -->

\`\`\`bash {"name":"cluster","effect":"changes"}
az aks create --resource-group rg --name one --enable-addons open-service-mesh --generate-ssh-keys
az aks get-credentials --resource-group rg --name one
\`\`\`

## Write
<!-- task: write -->

\`\`\`bash {"name":"write","effect":"changes"}
kubectl create namespace kept
\`\`\`
`;

const args = ['run', '--trust', '--pace', 'instant', '--json'];

/** A learner who has done everything. */
async function finishedLearner(home = tempFolder()) {
  mkdirSync(join(home, 'lessons'));
  mkdirSync(join(home, 'manifests'));
  writeFileSync(join(home, 'lessons/01-damage.md'), course);
  const run = () => meshwalk(home, [...args, '--lessons', home]);
  const state = join(home, 'default/sandbox');
  return { home, state, run };
}

async function doneOnce() {
  const learner = await finishedLearner();
  const first = await learner.run();
  expect(first).toMatchObject({ code: 0, err: '' });
  return learner;
}

const notesIn = (out: string): string[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .flatMap(({ sentence }: { sentence?: string }) => sentence ?? []);

describe('damaged state', () => {
  it('of the journal costs the lines that cannot be read, keeps the file, and says so', async () => {
    const { state, run } = await doneOnce();
    const journal = join(state, 'journal.jsonl');
    const text = readFileSync(journal, 'utf8');
    const lines = text.split('\n');
    const passed = lines.findIndex((line) => line.includes('task-passed') && line.includes('"write"'));
    lines[passed] = 'no record';
    writeFileSync(journal, lines.join('\n'));
    const { code, out } = await run();
    expect(notesIn(out)).toContain(
      `The journal of your progress had 1 line that cannot be read. All others are kept; the damaged file is ${journal}.1.corrupt.`,
    );
    expect(readFileSync(`${journal}.1.corrupt`, 'utf8')).toBe(lines.join('\n'));
    // Its command is refused, since the namespace is there, and so it has nothing left to do.
    expect(code).toBe(0);
    expect(out).toContain('already exists');
    expect(out).not.toContain('"task":"group"');
  });

  it('of the journal at its end, as a crash leaves it, costs only the record that was never whole', async () => {
    const { state, run } = await doneOnce();
    truncateSync(join(state, 'journal.jsonl'), readFileSync(join(state, 'journal.jsonl')).length - 7);
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(notesIn(out).join()).not.toContain('cannot be read');
  });

  it.each([
    ['the second copy of Azure', 'state/azure.json', '{', 'its second copy is used, and nothing is lost'],
    [
      'what the store has of all other objects',
      'state/clusters/_rg/_one/store/journal.jsonl',
      undefined,
      '1 change of cluster one cannot be read from disk',
    ],
  ])('of the sandbox is made good with %s', async (_, file, content, told) => {
    const { home, state, run } = await doneOnce();
    const path = join(state, 'sandbox', file);
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[40] = 'no record';
    writeFileSync(path, content ?? lines.join('\n'));
    const more = course.replace(
      '## Write',
      '## Look\n<!-- task: look -->\n\n```bash {"name":"look","effect":"reads"}\nkubectl get namespace kept\n```\n\n## Write',
    );
    writeFileSync(join(home, 'lessons/01-damage.md'), more);
    const { code, out, err } = await run();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(notesIn(out).join('\n')).toContain(told);
    expect(out).toContain('kept   Active');
    expect(readdirSync(join(path, '..')).some((name) => name.includes('.corrupt'))).toBe(true);
  });
});

const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('a full disk', () => {
  const mounted: string[] = [];
  afterEach(() => {
    for (const folder of mounted.splice(0)) execFileSync('umount', ['--lazy', folder]);
  });

  function smallDisk(size: string): string {
    const folder = join(tempFolder(), 'disk');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
    mounted.push(folder);
    return folder;
  }

  it.skipIf(!canMount)('is named when nothing can begin', async () => {
    const { code, err } = await meshwalk(smallDisk('8k'), ['run', '--pace', 'instant']);
    expect(code).toBe(1);
    expect(err).toContain('The disk is full.');
    expect(err).not.toContain('made a mistake');
  });

  it.skipIf(!canMount)('in the middle of a walk loses nothing: with room again, the walk goes on', async () => {
    const disk = smallDisk('400k');
    const { run } = await finishedLearner(disk);
    const full = await run();
    expect(full.code).toBe(1);
    expect(full.out + full.err).toMatch(/[Dd]isk is full|[Nn]o space left/);
    expect(full.err).not.toContain('made a mistake');
    execFileSync('mount', ['-o', 'remount,size=16m', disk]);
    expect(await run()).toMatchObject({ code: 0, err: '' });
  });
});
