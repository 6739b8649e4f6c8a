import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { ScreenContent, ScreenHost } from '../../../src/tui/app-port.ts';
import { runReader } from '../../../src/tui/reader/reader.ts';
import { en } from '../../../src/words/en.ts';
import { type ScriptedHost, scriptedHost } from '../scripted-host.ts';

let scripted: ScriptedHost | undefined;
afterEach(() => scripted?.driver.close());

it('tells what was done outside a lesson, also when that was over before anybody looked', async () => {
  scripted = await scriptedHost({ commands: {}, conditions: {} });
  const { driver } = scripted;
  let content: ScreenContent = { phase: 'lesson', session: driver.state };
  let tell = () => {};
  const host: ScreenHost = {
    content: () => content,
    subscribe(onChange) {
      tell = onChange;
      return () => {};
    },
    send: () => {},
    course: () => [],
    glossary: () => [],
    openLesson: () => {},
    shell: () => {
      throw new Error('nobody opens a shell');
    },
    shellEnded: () => {},
    commandHistory: () => [],
  };
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let said = '';
  stdout.on('data', (text) => (said += text));
  const ended = runReader({
    openHost: async () => host,
    stdin: stdin as PassThrough & NodeJS.ReadStream,
    stdout: stdout as PassThrough & NodeJS.WriteStream,
    environment: { LANG: 'C.UTF-8' },
    words: en,
  });
  await new Promise(setImmediate);
  content = { phase: 'preparing', title: 'Split', done: [], doing: 'Undoing the task' };
  tell();
  content = { phase: 'lesson', session: driver.state };
  tell();
  stdin.end('q\n');
  await ended;
  expect(said).toContain('Split.\nUndoing the task.\n');
});
