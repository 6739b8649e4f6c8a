// Who can read the instructor's page and find their way on it: keyboard, screen reader, wall, phone, dark, German.
import { mkdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../../platform/temp-folder.ts';
import { course } from '../class-course.ts';
import { hostClass, instructorToken, passed, started, type TestClass } from '../class-host.ts';
import { AheadClock, builtPages, chromiumPath, launch, rowOf, SimulatedLearner, watchedPage } from './browser.ts';

const tempFolder = tempFolders();
const minute = 60_000;
/** Set to a folder: pictures to look at are left there. */
const pictures = process.env['MESHWALK_PAGE_PICTURES'];

describe.skipIf(!chromiumPath)("reading the instructor's page", () => {
  let browser: Browser;
  let host: TestClass;
  const learners: SimulatedLearner[] = [];

  beforeAll(async () => {
    browser = await launch();
    const clock = new AheadClock();
    host = await hostClass(tempFolder(), { clock, pages: builtPages(), join: () => ['meshwalk class join K7QX-2MPD'] });
    for (const name of ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve with quite a long name, as some people have']) {
      learners.push(await SimulatedLearner.join(host.server.port, name, clock));
    }
    const [ada, bob, cleo, dan] = learners;
    await ada?.does(started('begin'));
    clock.jump(20 * minute);
    for (const one of learners) one.isThere();
    await bob?.does(started('begin'), passed('begin'), started('go-on'));
    await bob?.does({ type: 'condition-changed', lesson: 'first', task: 'go-on', condition: 'ratio', status: 'wrong' });
    await cleo?.does(started('begin'), passed('begin'), started('go-on'), passed('go-on'));
    cleo?.raisesHand();
    dan?.close();
  });
  afterAll(async () => {
    for (const one of learners) one.close();
    await browser?.close();
    await host?.close();
  });

  async function opened(options: BrowserContextOptions = {}, wanted = 'Tuesday') {
    const { page, context, complaints } = await watchedPage(browser, options);
    await page.goto(`http://127.0.0.1:${host.server.port}/instructor/#token=${instructorToken}`);
    await page.getByRole('heading', { level: 1, name: wanted }).waitFor();
    await rowOf(page, 'Cleo').waitFor();
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  it('can be walked with the keyboard alone', async () => {
    await using one = await opened();
    const { page } = one;
    const focused = () =>
      page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('To the learners');
    await page.keyboard.press('Enter');
    for (let presses = 0; (await focused()) !== 'Cleo: details' && presses < 6; presses += 1)
      await page.keyboard.press('Tab');
    expect(await focused()).toBe('Cleo: details');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('Ada: details');
    await page.keyboard.press('End');
    expect(await focused()).toBe('Dan: details');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Cleo' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await focused()).toBe('Cleo: details');
    // One Tab leaves the learners, however many there are.
    await page.keyboard.press('Tab');
    expect(await focused()).not.toMatch(/: details$/);
  });

  it('keeps the focus where it is while the class goes on', async () => {
    await using one = await opened();
    const { page } = one;
    const eve = learners[4];
    await page.getByRole('button', { name: 'Bob: details' }).focus();
    await eve?.does(started('begin'));
    await page.getByRole('row', { name: /^Eve/ }).getByText('Begin').waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Bob: details');
  });

  it('gives everything that can be used a name, and says in words what shapes and colours say', async () => {
    await using one = await opened();
    const { page } = one;
    const tree = await page.locator('body').ariaSnapshot();
    expect(tree).not.toMatch(/- (button|textbox|searchbox|combobox|spinbutton|link|region|navigation|dialog)\s*(:|$)/m);
    expect(tree).toMatch(/"Bob: details"/);
    const bob = await rowOf(page, 'Bob').ariaSnapshot();
    expect(bob).toMatch(/here, 1 of 2 tasks/);
    expect(bob).toMatch(/wrong: ratio holds: ratio does not hold\./);
    expect(await page.locator('[aria-live="polite"], [role="status"]').count()).toBe(2);
  });

  const looks = [
    { name: 'desktop', viewport: { width: 1440, height: 900 } },
    { name: 'projector', viewport: { width: 1920, height: 1080 }, isRoom: true },
    { name: 'phone', viewport: { width: 360, height: 740 } },
  ].flatMap((look) => (['light', 'dark'] as const).map((colorScheme) => ({ ...look, colorScheme })));

  it.each(looks)(
    'fits $name in $colorScheme, with contrast enough everywhere',
    async ({ name, viewport, colorScheme, ...more }) => {
      await using one = await opened({ viewport, colorScheme });
      const { page, complaints } = one;
      if ('isRoom' in more) await page.getByRole('button', { name: 'Room view' }).click();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await faintTexts(page)).toEqual([]);
      expect(await page.locator('#lead').isVisible()).toBe(!('isRoom' in more));
      expect(await page.getByRole('row').filter({ hasText: 'Ada' }).isVisible()).toBe(true);
      expect(complaints).toEqual([]);
      if (!pictures) return;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: joinPath(pictures, `${name}-${colorScheme}.png`), fullPage: name === 'phone' });
    },
  );

  it('is as light or dark as the instructor chose, after a reload too', async () => {
    await using one = await opened({ colorScheme: 'light' });
    const { page } = one;
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.getByLabel('Colours').selectOption('dark');
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await rowOf(page, 'Cleo').waitFor();
    expect(await ground()).toBe(dark);
  });

  it('shows only those who are chosen, and says how many', async () => {
    await using one = await opened();
    const { page } = one;
    await page.locator('.counts').getByRole('button', { name: /Stuck/ }).click();
    await page.getByText('1 of 5 learners', { exact: true }).waitFor();
    await page.locator('#heat').getByRole('button', { name: /ratio/ }).click();
    await rowOf(page, 'Bob').waitFor();
    expect(await rowOf(page, 'Ada').count()).toBe(0);
    await page.getByRole('button', { name: /Show all again/ }).click();
    await page.getByLabel('Find a learner').fill('cle');
    await rowOf(page, 'Ada').waitFor({ state: 'detached' });
    expect(await rowOf(page, 'Cleo').count()).toBe(1);
  });

  it('speaks the language of the class', async () => {
    const german = await hostClass(tempFolder(), { pages: builtPages(), course: { ...course, language: 'de' } });
    const { page, context } = await watchedPage(browser);
    try {
      await page.goto(`http://127.0.0.1:${german.server.port}/instructor/#token=${instructorToken}`);
      await page.getByRole('button', { name: 'Raumansicht' }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('de');
      expect(await page.locator('body').innerText()).not.toMatch(/\b(Pace|Learners|Hold|Message to)\b/);
    } finally {
      await context.close();
      await german.close();
    }
  });
});

/** Texts whose contrast to what is behind them is below 4.5 to 1 (WCAG 2, AA), where that is one colour. */
function faintTexts(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.textContent.trim() || element.closest('.heard, option, :disabled') || !element.checkVisibility()) continue;
      const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (contrast < 4.5) faint.push([node.textContent, element.className, contrast.toFixed(2)]);
    }
    return faint;
  })()`);
}
