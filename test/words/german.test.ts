import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { asked, narrate, nothingTold } from '../../src/tui/reader/narration.ts';
import { spokenGlossary } from '../../src/tui/reader/spoken-lesson.ts';
import { deedOf } from '../../src/tui/reader/typed-line.ts';
import { openingView } from '../../src/tui/traffic-keys.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs } from '../../src/tui/view/theme.ts';
import { trafficSentences } from '../../src/tui/view/traffic/sentences.ts';
import { trafficLines } from '../../src/tui/view/traffic/traffic-screen.ts';
import { de } from '../../src/words/de.ts';
import { bookstoreMesh, bookstoreSplit, caller, graphOf, http } from '../check/traffic/mesh-samples.ts';
import { plainTheme, type Robot, startRobot } from '../tui/robot.ts';
import { type Script, scriptedHost } from '../tui/scripted-host.ts';
import { entriesOf } from './entries.ts';
import { englishOfTheScreen, expectNoEnglish, flat } from './no-english.ts';

const unknown: CheckResult = { status: 'unknown', reason: 'die API antwortet nicht', tryThis: 'kubectl cluster-info' };
const script = (ratio: CheckResult): Script => ({
  commands: {
    'kubectl apply': { output: 'created\n' },
    'kubectl delete': { output: 'deleting\n', hangs: true },
    'kubectl port-forward': { output: 'Forwarding\n', hangs: true },
  },
  conditions: {
    weights: { status: 'passed', saw: '50 und 50' },
    ratio,
    gone: { status: 'wrong', expected: 'kein solches Objekt', saw: 'es ist da', on: 'TrafficSplit bookstore-split' },
  },
});

let robot: Robot | undefined;
afterEach(() => robot?.close());

async function walk(ratio: CheckResult, columns: number, rows: number): Promise<string[]> {
  const seen: string[] = [];
  const screen = await startRobot(script(ratio), columns, rows, plainTheme, de);
  robot = screen;
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await screen.press(key);
      seen.push(screen.text());
    }
  };
  seen.push(screen.text());
  await press('?', 'space', 'space', 'escape', 'm', 'escape', 'i', 'escape', 'w', 'escape', ':');
  await screen.type('kubectl get pods');
  await press('enter', 'e', 'escape', 'n', 'enter', 'v', 'h', 'h', 'h', 'h', 'p', 'o', 't', 'y', '[', ']');
  for (let page = 0; page < 12; page += 1) await press('enter');
  await press('b');
  for (let page = 0; page < 12; page += 1) await press('enter');
  await press('v', 'ctrl-c', 'escape', 't', 'escape', ']');
  for (let page = 0; page < 8; page += 1) await press('enter');
  await press('y', 'q', 'n', 'ctrl-c', 'ctrl-c');
  return seen;
}

describe('the screen in German', () => {
  it('says nothing in English on its way through a lesson', async () => {
    const screens = [
      ...(await walk(unknown, 80, 24)),
      ...(await walk({ status: 'not-yet', expected: '50 %', saw: '38 %' }, 60, 20)),
      ...(await walk({ status: 'passed', saw: '51 %' }, 200, 60)),
    ];
    for (const [index, text] of screens.entries()) expectNoEnglish(text, `screen ${index}`, englishOfTheScreen);
    const all = flat(screens.join('\n'));
    const parts = [...entriesOf(de)].filter(([path]) => !/^(reader|typed|charts|trace|faults|keys)\./.test(path));
    const seen = parts.filter(([, fragments]) => fragments.every((part) => all.includes(flat(part))));
    // Else an empty screen would do.
    expect(seen.length).toBeGreaterThan(100);
  });

  it('says nothing in English on the traffic map', () => {
    const mesh = { ...bookstoreMesh, splits: [bookstoreSplit] };
    const graph = graphOf(mesh, [
      caller('bookbuyer/bookbuyer', http('bookstore/bookstore-v1', { total: 22, '2xx': 22 })),
      caller('bookthief/bookthief', http('bookstore/bookstore-v1', { total: 10, '2xx': 5, '4xx': 5, '403': 5 }), {
        'bookstore/bookstore-v2': 4,
      }),
    ]);
    const histories = [
      { graphs: [], trouble: undefined },
      { graphs: [], trouble: 'keine Antwort' },
      { graphs: [{ ...graph, unheard: ['bookstore/bookstore-v1-a', 'bookstore/bookstore-v2-b'] }], trouble: undefined },
      { graphs: [{ ...graph, edges: [] }], trouble: undefined },
      { graphs: [{ ...graph, edges: [], nodes: [] }], trouble: undefined },
    ];
    for (const history of histories) {
      for (const width of [58, 78, 198]) {
        const lines = trafficLines(history, openingView, { width, glyphs: asciiGlyphs, words: de });
        expectNoEnglish(lines.map(plain).join('\n'), `traffic map at ${width}`, englishOfTheScreen);
      }
      expectNoEnglish(trafficSentences(history.graphs[0], de).join('\n'), 'traffic, told', englishOfTheScreen);
    }
  });

  it('tells nothing in English to those who listen', async () => {
    const clock = new SteppedClock();
    const host = await scriptedHost({ clock, ...script(unknown) });
    let told = nothingTold;
    const heard: string[] = [];
    const hear = async () => {
      for (let round = 0; round < 4; round += 1) await clock.step(40);
      const telling = narrate(told, host.content(), host.course(), de);
      told = telling.told;
      heard.push(...telling.lines.filter(({ isOutput }) => !isOutput).map(({ text }) => text));
    };
    await hear();
    for (const line of ['', 'b', '', '', 'h', 'h', 'h', 'v', 'x', 'y', 'zzz', ': ls', 'n', 't 4', ']', '', 'y', 'e']) {
      const deed = deedOf(line, host.content().session, de);
      if (deed.type === 'send') {
        if (deed.intent.type === 'verify') told = asked(told);
        host.send(deed.intent);
      }
      if (deed.type === 'say' || deed.type === 'ask') heard.push(deed.words);
      await hear();
    }
    heard.push(...spokenGlossary(host.glossary(), host.content().session, de));
    await host.driver.close();
    expectNoEnglish(heard.join('\n'), 'told', englishOfTheScreen);
    expect(heard.join('\n')).toContain('Befehl, in der Sandbox.');
  });
});
