import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cleaner } from '../../src/cli/cleaners.ts';
import { type CleaningOptions, cleanUp } from '../../src/cli/cleaning.ts';
import { faultOf } from '../../src/fault.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { findings } from '../../src/words/en/findings.ts';
import { en } from '../../src/words/en.ts';
import { defaultChoices, writeChoices } from '../../src/world/aks/choices.ts';
import type { Inventory, OwnedItem } from '../../src/world/ours.ts';
import { tempFolders } from '../platform/temp-folder.ts';
import { AzureFixture, token } from '../sandbox/azure/azure-fixture.ts';
import { lessonOne } from '../world/aks/arm-world.ts';
import { build, entry } from './meshwalk.ts';

const tempFolder = tempFolders();

const group = (name: string, isUnderWay = false): OwnedItem => ({
  type: 'resource-group',
  name,
  location: 'southeastasia',
  clusters: ['meshwalk-aks'],
  nodeGroups: [`MC_${name}`],
  isUnderWay,
  createdAt: Date.UTC(2025, 11, 31, 22, 50),
  perHour: { low: 0.4, high: 0.8 },
});
const context: OwnedItem = { type: 'kubeconfig-context', name: 'meshwalk-aks', file: '/home/ada/.kube/config' };
const space: OwnedItem = { type: 'namespace', name: 'bookbuyer', pods: 1 };

/** Holds items until they are removed; `stuck` ones stay. */
function holding(items: readonly OwnedItem[], { stuck = '', untagged = [] as string[] } = {}) {
  let left = [...items];
  const removed: string[] = [];
  const cleaner: Cleaner = {
    inventory: async (): Promise<Inventory> => ({ items: left, untagged }),
    async remove(item) {
      if (item.name === stuck) throw faultOf('cleanup.no-tag', item.name, 'made-by=meshwalk');
      removed.push(item.name);
      left = left.filter((one) => one !== item);
    },
  };
  return { cleaner, removed };
}

/** Types the answers, one for each question. */
async function clean(cleaner: Cleaner, world: 'aks' | 'cluster', answers?: readonly string[], yes = false) {
  const said: string[] = [];
  const questions: string[] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  const left = [...(answers ?? [])];
  output.on('data', (bytes: Buffer) => {
    questions.push(bytes.toString());
    if (bytes.toString().endsWith(': ') || bytes.toString().endsWith(') ')) input.write(`${left.shift() ?? ''}\n`);
  });
  // A terminal is streams to whoever asks in plain lines.
  const terminal = answers && {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
  };
  const options: CleaningOptions = {
    world,
    yes,
    terminal,
    out: (line) => said.push(line),
    progress: undefined,
    words: en,
    findings,
    clock: new SteppedClock(),
    signal: new AbortController().signal,
  };
  const isClean = await cleanUp(cleaner, options);
  return { isClean, said: said.join('\n'), questions: questions.join('') };
}

describe('cleaning up', () => {
  it('shows what is ours with age and cost, wants the name of the group typed, and proves that it is gone', async () => {
    const { cleaner, removed } = holding([group('meshwalk-rg'), context], { untagged: ['old-meshwalk'] });
    const { isClean, said, questions } = await clean(cleaner, 'aks', ['meshwalk-rg']);
    expect(questions).toContain('To delete meshwalk-rg and all that is in it, type its name: ');
    expect({ isClean, removed }).toEqual({ isClean: true, removed: ['meshwalk-rg', 'meshwalk-aks'] });
    for (const line of [
      'Named like ours, but without the tag made-by=meshwalk, so left alone: old-meshwalk.',
      '  resource group meshwalk-rg in southeastasia',
      '    exists for 1 h 10 min, about $0.70 so far ($0.40 to $0.80 an hour, estimated)',
      '    cluster meshwalk-aks',
      '✓ resource group meshwalk-rg in southeastasia: gone',
      '✓ resource group MC_meshwalk-rg, which AKS made for its machines: gone',
      'nothing of this course is left.',
    ])
      expect(said).toContain(line);
  });

  it('leaves a group whose name was not typed, and its entry with it, and says what is still there', async () => {
    const { cleaner, removed } = holding([group('meshwalk-rg'), context]);
    const { isClean, said } = await clean(cleaner, 'aks', ['yes']);
    expect({ isClean, removed }).toEqual({ isClean: false, removed: [] });
    expect(said).toContain('meshwalk-rg is left as it is.');
    expect(said).toContain('Still there:\n  resource group meshwalk-rg');
  });

  it('goes on with a deletion that was agreed to before, without asking', async () => {
    const { cleaner, removed } = holding([group('meshwalk-rg', true)]);
    const { said, isClean } = await clean(cleaner, 'aks');
    expect({ isClean, removed }).toEqual({ isClean: true, removed: ['meshwalk-rg'] });
    expect(said).toContain('its deletion was agreed to before, and goes on');
  });

  it('removes nothing where nobody can be asked, unless told yes', async () => {
    const { cleaner, removed } = holding([space]);
    await expect(clean(cleaner, 'cluster')).rejects.toThrow('Nothing is removed: nobody can be asked here.');
    expect(removed).toEqual([]);
    expect((await clean(cleaner, 'cluster', undefined, true)).isClean).toBe(true);
    expect(removed).toEqual(['bookbuyer']);
  });

  it('asks once for all that is in a cluster', async () => {
    const { cleaner, removed } = holding([space, { ...space, name: 'bookstore' }]);
    expect((await clean(cleaner, 'cluster', ['no'])).isClean).toBe(false);
    expect(removed).toEqual([]);
    expect((await clean(cleaner, 'cluster', ['yes'])).isClean).toBe(true);
    expect(removed).toEqual(['bookbuyer', 'bookstore']);
  });

  it('removes the others where one cannot be removed, and ends badly', async () => {
    const { cleaner, removed } = holding([group('one'), group('two')], { stuck: 'one' });
    const { isClean, said } = await clean(cleaner, 'aks', ['one', 'two']);
    expect({ isClean, removed }).toEqual({ isClean: false, removed: ['two'] });
    expect(said).toContain('✗ The resource group one is left alone.');
  });

  it('says so where there is nothing', async () => {
    expect((await clean(holding([]).cleaner, 'aks')).said).toBe(
      'Nothing of this course is in your subscription, nor in your kubeconfig.',
    );
  });
});

describe('meshwalk cleanup --world aks', () => {
  let azure: AzureFixture;
  beforeAll(build);
  beforeEach(async () => {
    azure = new AzureFixture();
    await azure.start();
  });
  afterEach(() => azure.close());

  async function run(home: string, ...args: string[]) {
    const kubeconfig = join(home, 'config');
    const user = 'clusterUser_meshwalk-rg_meshwalk-aks';
    const config = {
      'current-context': 'meshwalk-aks',
      contexts: [{ name: 'meshwalk-aks', context: { cluster: 'meshwalk-aks', user } }],
      clusters: [{ name: 'meshwalk-aks', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: user, user: { token: 't' } }],
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      MESHWALK_HOME: home,
      LANG: 'C.UTF-8',
      KUBECONFIG: kubeconfig,
      MESHWALK_ARM_ENDPOINT: azure.started.endpoint,
      MESHWALK_ARM_CA: azure.authority.certPem,
      MESHWALK_ARM_TOKEN: token,
      MESHWALK_ARM_SUBSCRIPTION: azure.started.file.state.subscription.id,
    };
    const child = spawn(process.execPath, [entry, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, err, code, kubeconfig: readFileSync(kubeconfig, 'utf8') };
  }

  const cleanup = (...args: string[]) => run(tempFolder(), 'cleanup', ...args);

  it('is what meshwalk status names while a cluster costs money', async () => {
    const lesson = await lessonOne(azure);
    await lesson.createGroup();
    await lesson.createCluster();
    const home = tempFolder();
    writeChoices(join(home, 'default', 'aks'), defaultChoices);
    const { out } = await run(home, 'status', '--world', 'aks');
    expect(out).toMatch(
      /The cluster meshwalk-aks has cost about \$0\.\d\d in \d+ min \(\$0\.\d\d to \$\d\.\d\d an hour/,
    );
    expect(out).toContain('  → meshwalk cleanup --world aks\n');
    expect(out).toContain('\nGo on: meshwalk --world aks\n');
  });

  it('finds by the tag alone what is ours, deletes it, and proves by Azure and the kubeconfig that it is gone', async () => {
    const lesson = await lessonOne(azure);
    await lesson.createGroup();
    await lesson.createCluster();
    const refused = await cleanup('--world', 'aks');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('meshwalk cleanup --world aks --yes') });
    expect(refused.out).toContain('resource group meshwalk-rg in southeastasia');

    const { out, err, code, kubeconfig } = await cleanup('--world', 'aks', '--yes');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toContain(
      '✓ resource group MC_meshwalk-rg_meshwalk-aks_southeastasia, which AKS made for its machines: gone',
    );
    expect(out).toContain('nothing of this course is left.');
    expect(kubeconfig).not.toContain('meshwalk-rg');
    expect(azure.started.file.state.groups).toEqual({});
  });

  it('has nothing to do in the sandbox, and says what empties that', async () => {
    const { code, err } = await cleanup();
    expect(code).toBe(1);
    expect(err).toContain('meshwalk reset --all');
  });
});
