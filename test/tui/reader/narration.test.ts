import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import type { Output } from '../../../src/session/state.ts';
import { asked, narrate, nothingTold, type Told } from '../../../src/tui/reader/narration.ts';
import { spokenPlaces } from '../../../src/tui/reader/spoken-places.ts';
import { type Deed, deedOf } from '../../../src/tui/reader/typed-line.ts';
import { en } from '../../../src/words/en.ts';
import { type Script, type ScriptedHost, scriptedHost } from '../scripted-host.ts';

const script: Script = {
  commands: {
    'kubectl apply': { output: 'trafficsplit created\n' },
    'kubectl delete': { output: 'deleting\n', hangs: true },
  },
  conditions: {
    weights: { status: 'passed', saw: 'weights 50 and 50' },
    ratio: { status: 'not-yet', expected: 'half', saw: 'less' },
  },
};

/** Types lines and hears what is told after each. */
class Ears {
  readonly host: ScriptedHost;
  readonly clock: SteppedClock;
  #told: Told = nothingTold;

  constructor(host: ScriptedHost, clock: SteppedClock) {
    this.host = host;
    this.clock = clock;
  }

  async hear(): Promise<string> {
    for (let round = 0; round < 4; round += 1) await this.clock.step(40);
    const { lines, told } = narrate(this.#told, this.host.content(), this.host.course(), en);
    this.#told = told;
    return lines.map(({ text }) => text).join('\n');
  }

  type(line: string): Deed {
    const deed = deedOf(line, this.host.content().session, en);
    if (deed.type === 'send') {
      if (deed.intent.type === 'verify') this.#told = asked(this.#told);
      this.host.send(deed.intent);
    }
    return deed;
  }
}

let ears: Ears | undefined;
afterEach(() => ears?.host.driver.close());

async function listen(taskIndex = -1, from: Script = script): Promise<Ears> {
  const clock = new SteppedClock();
  ears = new Ears(await scriptedHost({ ...from, clock, taskIndex }), clock);
  return ears;
}

describe('the walk told in lines', () => {
  it('says nothing twice while nothing happens', async () => {
    const { hear } = bound(await listen());
    expect(await hear()).toContain('Split traffic between two versions');
    expect(await hear()).toBe('');
    expect(await hear()).toBe('');
  });

  it('tells a task up to what Enter is about, and no further', async () => {
    const { hear, type } = bound(await listen(0));
    const first = await hear();
    expect(first).toContain('What do you expect? Some notes write weight 500m.');
    expect(first).not.toContain('kubectl apply');
    type('b');
    const second = await hear();
    expect(second).toContain(
      'Command, in the sandbox. It changes things.\n    kubectl apply -f manifests/split/50-50.yaml',
    );
    expect(second).not.toContain('Some notes write weight 500m');
    type('');
    const third = await hear();
    expect(third).toContain('trafficsplit created');
    expect(third).toContain('The command ended: done, exit code 0');
    expect(third).toContain('Right: It refuses the object');
    expect(third).toContain('Note: The page at http://localhost:8081 shows both counters.');
    expect(third).toContain('Not yet: Half of the requests reach each version.');
    expect(third).toContain('1 of 2 conditions hold.');
  });

  it('tells a condition again only when its result changed, and all of them when they are asked for', async () => {
    const changing: Script = { ...script, conditions: { ...script.conditions } };
    const { hear, type } = bound(await listen(0, changing));
    await hear();
    type('b');
    type('');
    await hear();
    type('v');
    expect(await hear()).toMatch(/Passed: .*weights[\s\S]*Not yet: /i);
    changing.conditions['ratio'] = { status: 'passed', saw: '51 %' };
    type('v');
    expect(await hear()).toContain('Saw: 51 %.');
  });

  it('asks before what cannot be undone, and takes only y for a yes', async () => {
    const { hear, type } = bound(await listen(1));
    await hear();
    type('p');
    expect(await hear()).toContain('You will be asked before it runs.');
    type('');
    expect(await hear()).toBe('Run it? y runs it, n does not, e edits it.');
    expect(type('')).toMatchObject({ type: 'say' });
    type('n');
    expect(await hear()).not.toContain('deleting');
    type('');
    await hear();
    type('y');
    expect(await hear()).toContain('The command runs. Ctrl-C interrupts it.');
  });

  it('leaves the middle of a flood out, and says so', async () => {
    const flood: Script = {
      ...script,
      commands: { 'kubectl apply': { output: Array.from({ length: 500 }, (_, line) => `line ${line}`).join('\n') } },
    };
    const { hear, type } = bound(await listen(0, flood));
    await hear();
    type('b');
    type('');
    const told = await hear();
    expect(told).toContain('(440 lines left out)');
    expect(told).toContain('line 499');
    expect(told).not.toContain('line 439\n');
  });

  it('tells the end of a line only once it is there', async () => {
    const { hear, host } = bound(await listen(0));
    await hear();
    const session = host.content().session;
    const running = (output: Output) =>
      ({
        phase: 'lesson',
        session: {
          ...session,
          status: 'running',
          run: { runId: 9, script: 'x', command: undefined, startedAt: 0, output, interrupts: 0 },
          proposal: { script: 'x', command: undefined, edited: false },
        },
      }) as const;
    const lines = (...texts: string[]): Output => ({
      lines: texts.map((text) => ({ text, stream: 'out' as const })),
      dropped: 0,
    });
    const first = narrate(nothingTold, running(lines('done', '40 %')), [], en);
    expect(first.lines.map(({ text }) => text)).toContain('done');
    expect(first.lines.map(({ text }) => text)).not.toContain('40 %');
    const second = narrate(first.told, running(lines('done', '80 %', '')), [], en);
    expect(second.lines.filter(({ isOutput }) => isOutput).map(({ text }) => text)).toEqual(['80 %']);
  });
});

describe('typed lines', () => {
  it('name the reason when a key means nothing now', async () => {
    const { type } = bound(await listen(0));
    expect(type('zzz')).toEqual({
      type: 'say',
      words: '"zzz" means nothing here. ? tells what can be typed; : begins a command of your own.',
    });
    expect(type('p')).toMatchObject({ type: 'say' });
    expect(type('t 4')).toEqual({ type: 'say', words: 'Nothing in the background has the number 4.' });
  });

  it('open lessons by number, and take own commands behind a colon', async () => {
    const { type } = bound(await listen(0));
    expect(type('m 3')).toEqual({ type: 'open-lesson', number: 3 });
    expect(type(': kubectl get pods -A')).toEqual({ type: 'own', script: 'kubectl get pods -A', edited: false });
  });
});

/** Methods that can be taken apart. */
function bound(one: Ears) {
  return { hear: () => one.hear(), type: (line: string) => one.type(line), host: one.host };
}

describe('searching by ear', () => {
  it('tells the places with their paragraphs, and how to ask', async () => {
    const { host, type } = bound(await listen(0));
    expect(type('/ weight')).toEqual({ type: 'search', words: 'weight' });
    expect(type('/')).toMatchObject({ type: 'say', words: expect.stringContaining('for example: / weight') });
    const places = spokenPlaces('by weight', host, en);
    expect(places).toEqual([
      '"by weight" stands in 2 places.',
      '1. Word of the field, TrafficSplit: Shares requests by weight.',
      '2. Welcome, Welcome: Later its requests are split by weight.',
    ]);
    expect(spokenPlaces('nonsense', host, en)).toEqual([en.search.nowhere('nonsense')]);
    expect(spokenPlaces('e', host, en)).toEqual([en.search.tooShort]);
  });
});
