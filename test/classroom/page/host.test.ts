// The instructor's page of the program's own host, with a learner who really sits at a terminal.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../../platform/temp-folder.ts';
import { PtySession } from '../../tools/pty.ts';
import { chromiumPath, launch, rowOf, watchedPage } from './browser.ts';

const main = join(import.meta.dirname, '../../../dist/main.js');
const tempFolder = tempFolders();

describe.skipIf(!chromiumPath)("the page of the program's own host", () => {
  let browser: Browser;
  let port: number;
  const environmentOf = (home: string) => ({
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    MESHWALK_HOME: home,
    MESHWALK_PREPARE: '0',
    LANG: 'C.UTF-8',
  });
  const running: { end(): unknown }[] = [];

  beforeAll(async () => {
    browser = await launch();
    port = await freePort();
  });
  afterAll(async () => {
    for (const one of running.reverse()) await one.end();
    await browser?.close();
  });

  async function startHost(home: string): Promise<{ host: ChildProcess; link: string; code: string }> {
    const args = ['class', 'host', '--no-open', '--listen', '127.0.0.1', '--port', String(port), '--name', 'Tuesday'];
    const host = spawn(process.execPath, [main, ...args], {
      env: environmentOf(home),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push({ end: () => (host.exitCode ?? host.signalCode) === null && endOf(host, 'SIGTERM') });
    let said = '';
    return await new Promise((resolve, reject) => {
      host.once('exit', () => reject(new Error(`the host ended:\n${said}`)));
      host.stdout.on('data', (part) => {
        said += part;
        const link = /http:\S+#token=\S+/.exec(said)?.[0];
        const code = /class join (\S+)/.exec(said)?.[1];
        if (link && code && said.includes('class watch')) resolve({ host, link, code });
      });
    });
  }

  it('shows a learner at a real terminal, whose hand it lowers, and both are back after the host was killed', async () => {
    const home = tempFolder();
    const first = await startHost(home);
    const { page, context, complaints } = await watchedPage(browser);
    running.push({ end: () => context.close() });
    await page.goto(first.link);
    await page.getByText(`meshwalk class join ${first.code}`).waitFor();
    const learner = new PtySession({
      file: process.execPath,
      args: [main, 'class', 'join', first.code, '--name', 'Ada'],
      environment: environmentOf(tempFolder()),
      columns: 100,
      rows: 30,
    });
    running.push({ end: () => learner.close() });
    await rowOf(page, 'Ada').waitFor();
    await learner.waitForText('class Tuesday');
    learner.press('H');
    await page.locator('#hands').getByText('Ada').waitFor();
    await page.getByRole('button', { name: 'Lower the hand of Ada' }).click();
    await page.getByText('No hand is up.').waitFor();
    await page.getByLabel('Message to all').fill('Look up, please');
    await page.getByLabel('Message to all').press('Enter');
    await learner.waitForText('Look up, please');
    await endOf(first.host, 'SIGKILL');
    await page.getByText(/^No connection to the class for/).waitFor();
    await startHost(home);
    await page.getByText('Live').waitFor();
    await rowOf(page, 'Ada')
      .getByText(/^away for/)
      .waitFor({ state: 'detached' });
    learner.press('H');
    await page.locator('#hands').getByText('Ada').waitFor();
    expect(complaints).toEqual([]);
  });
});

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** The host comes back where it was: the port is chosen once. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('a TCP server has an address');
  return address.port;
}
