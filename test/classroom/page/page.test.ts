// The instructor's page in a real Chromium, over the class's own server; learners speak the real protocol.
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../../platform/temp-folder.ts';
import { hostClass, instructorToken, passed, started, type TestClass } from '../class-host.ts';
import { AheadClock, builtPages, chromiumPath, launch, rowOf, SimulatedLearner, watchedPage } from './browser.ts';

if (!chromiumPath)
  console.warn("SKIPPED: the instructor's page, because there is no Chromium (apt-get install chromium)");

const tempFolder = tempFolders();
const minute = 60_000;
const failed = (condition: string, task = 'begin') =>
  [
    { type: 'condition-changed', lesson: 'first', task, condition, status: 'wrong' },
    { type: 'check-failed', lesson: 'first', task, condition },
  ] as const;

const open: { close(): unknown }[] = [];
const kept = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};
const ended = async (one: { close(): unknown }): Promise<void> => {
  open.splice(open.indexOf(one), 1);
  await one.close();
};
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe.skipIf(!chromiumPath)("the instructor's page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const addressOf = (port: number, token = instructorToken) => `http://127.0.0.1:${port}/instructor/#token=${token}`;

  async function aClass(options: Parameters<typeof hostClass>[1] = {}) {
    const folder = tempFolder();
    const clock = new AheadClock();
    const host = kept(await hostClass(folder, { clock, pages: builtPages(), ...options }));
    const join = async (name: string) => kept(await SimulatedLearner.join(host.server.port, name, clock));
    return { host, port: host.server.port, clock, folder, join };
  }

  async function opened(port: number, options: Parameters<typeof watchedPage>[1] = {}) {
    const { page, context, complaints } = await watchedPage(browser, options);
    kept(context);
    await page.goto(addressOf(port));
    await page.getByRole('heading', { level: 1 }).waitFor();
    return { page, complaints };
  }

  it('shows who joins, what they are at, which condition fails and why, who is stuck and whose hand is up, without a reload', async () => {
    const { port, clock, join } = await aClass();
    const { page, complaints } = await opened(port);
    await page.getByText('Nobody has joined yet').waitFor();
    const ada = await join('Ada');
    await rowOf(page, 'Ada').getByText('has not begun').first().waitFor();
    await ada.does(started('begin'), ...failed('ready'));
    await rowOf(page, 'Ada').getByText('ready does not hold.').waitFor();
    await rowOf(page, 'Ada').getByText('ready holds').waitFor();
    await rowOf(page, 'Ada').getByText('here, 0 of 2 tasks').first().waitFor();
    await page.locator('#heat .worst').getByText('ready is wrong for 1 of 1').waitFor();
    clock.jump(20 * minute);
    ada.raisesHand();
    await rowOf(page, 'Ada').getByText('stuck for 20 min').waitFor();
    await rowOf(page, 'Ada').getByText('stuck here, 0 of 2 tasks').waitFor();
    await page.locator('#heat .worst').getByText('1 of 1 is stuck on ready').waitFor();
    expect(await page.title()).toBe('(1) Tuesday · meshwalk class');
    await page.getByRole('button', { name: 'Lower the hand of Ada' }).click();
    await ada.hears(({ hand }) => hand === undefined);
    await page.getByText('No hand is up.').waitFor();
    await ada.does(passed('begin'), started('go-on'));
    await rowOf(page, 'Ada').getByText('Go on').first().waitFor();
    await rowOf(page, 'Ada').getByText('here, 1 of 2 tasks').waitFor();
    expect(await page.getByText(/Stuck means.*50 %.*2 min/).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('maps whom each condition of a lesson holds up, of the lesson where the class is or of another one', async () => {
    const { port, clock, join } = await aClass();
    const [ada, bob, cleo] = [await join('Ada'), await join('Bob'), await join('Cleo')];
    await ada.does(started('begin'), ...failed('ready'));
    clock.jump(20 * minute);
    for (const one of [ada, bob, cleo]) one.isThere();
    await bob.does(started('begin'), ...failed('ready'));
    const { page, complaints } = await opened(port);
    const heat = page.locator('#heat');
    const cell = (condition: string) => heat.getByRole('button', { name: new RegExp(`: ${condition} `) });
    await heat.getByText('1 of 3 is stuck on ready', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^1 of 3 is stuck on ready; ready is wrong for 1 of 3:/ }).waitFor();
    expect(await cell('made').getAttribute('data-level')).toBe('0');
    expect(await cell('ready').getAttribute('data-kind')).toBe('stuck');
    expect(await cell('ready').locator('.numbers').innerText()).toMatch(/^1\s+1$/);
    await cell('ready').click();
    await rowOf(page, 'Cleo').waitFor({ state: 'detached' });
    expect([await rowOf(page, 'Ada').count(), await rowOf(page, 'Bob').count()]).toEqual([1, 1]);
    // The map goes on with the class, and comes back when it is asked for.
    await page.getByLabel('Lesson', { exact: true }).selectOption('second');
    await page.getByRole('button', { name: 'Go on to it' }).click();
    await heat.getByText('This lesson has no conditions.').waitFor();
    await heat.getByRole('button', { name: '2 more held up in lesson 1' }).click();
    await cell('ready').waitFor();
    expect(await page.getByLabel('Lesson of the map').inputValue()).toBe('first');
    await page.getByLabel('Lesson of the map').selectOption('');
    await heat.getByText('This lesson has no conditions.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('lets durations go on by themselves', async () => {
    const { port, join } = await aClass();
    const ada = await join('Ada');
    await ada.does(started('begin'));
    const { page } = await opened(port);
    const time = rowOf(page, 'Ada').locator('.now .time');
    const first = await time.textContent();
    await expect.poll(() => time.textContent(), { timeout: 10_000 }).not.toBe(first);
  });

  it('holds the class at a lesson, goes on to one, and releases it', async () => {
    const { port, join } = await aClass();
    const ada = await join('Ada');
    const { page } = await opened(port);
    await page.getByLabel('Lesson', { exact: true }).selectOption('second');
    await page.getByRole('button', { name: 'Hold at it' }).click();
    await ada.hears(({ hold }) => hold === 'second');
    await page
      .locator('.hold')
      .getByText(/^Held at lesson 2 for/)
      .waitFor();
    await page.locator('#lead').getByText('2. Second').waitFor();
    expect(await page.getByRole('columnheader', { name: 'the class is held here' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Release' }).click();
    await ada.hears(({ hold }) => hold === undefined);
    await page.getByLabel('Lesson', { exact: true }).selectOption('first');
    await page.getByRole('button', { name: 'Go on to it' }).click();
    await ada.hears(({ lead }) => lead === 'first');
    await page.locator('#lead').getByText('ask the room').waitFor();
    await page.locator('#lead').getByText('two minutes').waitFor();
    await page
      .locator('#lead')
      .getByText(/^\d+ s of 6 min$/)
      .waitFor();
  });

  it('sends messages to all and to one, counts down, and marks who is there', async () => {
    const { host, port, join } = await aClass();
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const { page } = await opened(port);
    const textOf = (told: Record<string, unknown>) => (told['message'] as { text: string } | undefined)?.text;
    await page.getByLabel('Message to all').fill('Look at lesson 2');
    await page.getByLabel('Message to all').press('Enter');
    await Promise.all([ada, bob].map((one) => one.hears((told) => textOf(told) === 'Look at lesson 2')));
    await page.getByRole('button', { name: 'Bob: details' }).click();
    await page.getByLabel('Message to Bob').fill('Nearly there');
    await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    await bob.hears((told) => textOf(told) === 'Nearly there');
    await page.getByRole('dialog').getByRole('button', { name: 'Mark away' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Mark present' }).waitFor();
    await rowOf(page, 'Bob')
      .getByText(/^away for/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByLabel('Minutes').fill('3');
    await page.getByLabel('What for').fill('coffee');
    await page.getByRole('button', { name: 'Start' }).click();
    await ada.hears(({ countdown }) => (countdown as { label: string } | undefined)?.label === 'coffee');
    await page
      .getByRole('timer')
      .getByText(/^2:5\d$/)
      .waitFor();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('timer').waitFor({ state: 'hidden' });
    expect(host.classroom.roster.state.messages.map(({ learner }) => learner === undefined)).toEqual([true, false]);
    await page
      .locator('#message')
      .getByText(/^to Bob, \d+ s ago$/)
      .waitFor();
  });

  it('shows what a learner chose to share, when it is asked for', async () => {
    const { port, join } = await aClass();
    const ada = await join('Ada');
    ada.shares({
      lesson: 'first',
      task: 'begin',
      command: 'kubectl get pods',
      output: ['NAME     READY', '<b>none</b>'],
      conditions: [{ id: 'ready', status: 'wrong', text: 'saw 0 of 1' }],
    });
    const { page } = await opened(port);
    await rowOf(page, 'Ada').getByText('shared what they see').waitFor();
    await page.getByRole('button', { name: 'Ada: details' }).click();
    await page.getByRole('button', { name: 'Show what was shared' }).click();
    await page.getByText('$ kubectl get pods').waitFor();
    await page.getByText('<b>none</b>').waitFor();
    expect(await page.locator('pre').textContent()).toContain('\nNAME     READY\n');
    await page.getByText('ready: wrong. saw 0 of 1').waitFor();
  });

  it('saves the sandbox that a learner shared with it, and says what opens that', async () => {
    const { port, join } = await aClass();
    const ada = await join('Ada');
    const evidence = { lesson: 'first', task: 'begin', command: '', output: [], conditions: [] };
    ada.shares(evidence);
    const { page } = await opened(port);
    await rowOf(page, 'Ada').getByText('shared what they see').waitFor();
    await page.getByRole('button', { name: 'Ada: details' }).click();
    await page.getByRole('button', { name: 'Show what was shared' }).waitFor();
    const save = page.getByRole('button', { name: 'Save their sandbox’s state' });
    expect(await save.isVisible()).toBe(false);
    const state = Buffer.from([0, 1, 0xfe, 0xff]);
    ada.shares(evidence, state.toString('base64'));
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe('Ada.meshwalk-state');
    expect(readFileSync(await download.path())).toEqual(state);
    await page.getByText('meshwalk state open Ada.meshwalk-state').waitFor();
  });

  it('exports what the class did as CSV and JSON', async () => {
    const { port, join } = await aClass();
    const ada = await join('Ada');
    await ada.does(started('begin'), ...failed('ready'), passed('begin'));
    const { page } = await opened(port);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect(csv.suggestedFilename()).toBe('Tuesday.csv');
    expect(readFileSync(await csv.path(), 'utf8')).toMatch(/,Ada,first,begin,ready,.*,wrong,2,0,/);
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export JSON' }).click(),
    ]);
    const { rows } = JSON.parse(readFileSync(await json.path(), 'utf8'));
    expect(rows).toMatchObject([{ name: 'Ada', condition: 'ready', attempts: 2 }]);
  });

  it('says that the class is gone, comes back by itself when the host does, and sends then what was asked for meanwhile, once', async () => {
    const first = await aClass();
    const ada = await first.join('Ada');
    const { page } = await opened(first.port);
    await rowOf(page, 'Ada').waitFor();
    for (const one of [ada, first.host]) await ended(one);
    await page.getByText(/^No connection to the class for/).waitFor();
    await page.getByLabel('Message to all').fill('Are you back?');
    await page.getByLabel('Message to all').press('Enter');
    await page.getByText('It goes out when the class is connected again.').waitFor();
    const again: TestClass = kept(await hostClass(first.folder, { port: first.port, pages: builtPages() }));
    await page.getByText('Live').waitFor();
    await page.locator('#message').getByText('Are you back?').waitFor();
    expect(again.classroom.roster.state.messages).toHaveLength(1);
    await rowOf(page, 'Ada').waitFor();
  });

  it('shows names and messages as they are written: nothing in them becomes part of the page', async () => {
    const { port, join } = await aClass();
    const name = '<img src=x onerror=alert(1)>';
    await join(name);
    const { page, complaints } = await opened(port);
    await rowOf(page, name).getByText(name, { exact: true }).waitFor();
    await page.getByLabel('Message to all').fill('<script>alert(2)</script>');
    await page.getByLabel('Message to all').press('Enter');
    await page.locator('#message').getByText('<script>alert(2)</script>').waitFor();
    expect(await page.locator('img, body script, iframe').count()).toBe(0);
    expect(complaints).toEqual([]);
    await expect(page.evaluate("document.body.innerHTML = '<b>markup</b>'")).rejects.toThrow(/TrustedHTML/);
  });

  it('keeps the token out of every address and of what outlives the tab, and survives a reload', async () => {
    const { port } = await aClass();
    const { page, context } = await watchedPage(browser);
    kept(context);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('websocket', (webSocket) => asked.push(webSocket.url()));
    await page.goto(addressOf(port));
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).not.toContain(instructorToken);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Tuesday' }).waitFor();
    expect(asked.filter((url) => url.replace(/#.*/, '').includes(instructorToken))).toEqual([]);
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain(instructorToken);
    expect(asked.filter((url) => new URL(url).host !== `127.0.0.1:${port}` && !url.startsWith('data:'))).toEqual([]);
  });

  it('tells learners who open it how to join, and a stale link that it is one', async () => {
    const { port } = await aClass();
    const { page, context, complaints } = await watchedPage(browser);
    kept(context);
    await page.goto(`http://127.0.0.1:${port}/#GNHC-9YKD`);
    await page.getByText(`meshwalk class join 127.0.0.1:${port}/#GNHC-9YKD`, { exact: true }).waitFor();
    await page.goto(`http://127.0.0.1:${port}/#;reboot`);
    await page.reload();
    await page.getByText(`meshwalk class join 127.0.0.1:${port}/`, { exact: true }).waitFor();
    await page.goto(addressOf(port, 'x'.repeat(43)));
    await page.getByText('The class does not know this token.').waitFor();
    expect(complaints).toEqual([]);
  });
});
