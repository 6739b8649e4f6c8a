import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrokenPipe } from '../../../src/sandbox/node/processes/byte-stream.ts';
import { TerminalDevice } from '../../../src/sandbox/node/processes/terminal-device.ts';
import { Box } from './container.ts';

let screen: string;
let device: TerminalDevice;
let ended: Promise<number>;
let waiting: (() => void)[];
const box = new Box();

/** A shell behind a terminal, as `kubectl exec -it` gives it. */
beforeEach(() => {
  screen = '';
  waiting = [];
  device = new TerminalDevice({
    write: async (bytes) => {
      screen += String(bytes);
      for (const check of [...waiting]) check();
    },
  });
  ended = box.processes.spawn({
    argv: ['sh'],
    env: {},
    cwd: '/',
    stdin: device.stdin,
    stdout: device.output,
    stderr: device.output,
    terminal: device,
    screen: device,
  }).ended;
});
afterEach(() => device.close());

const type = (keys: string) => device.receive(Buffer.from(keys));
const shows = (text: string, times = 1) =>
  new Promise<void>((resolve) => {
    const check = () => {
      if (screen.split(text).length > times) resolve();
    };
    waiting.push(check);
    check();
  });

it('prompts, echoes what is typed, and ends lines as a terminal does', async () => {
  await shows('/ # ');
  await type('cd tmp\r');
  await shows('/tmp # ');
  await type('echo hi\r');
  await shows('hi\r\n/tmp # ');
  expect(screen).toBe('/ # cd tmp\r\n/tmp # echo hi\r\nhi\r\n/tmp # ');
  await type('exit 3\r');
  expect(await ended).toBe(3);
});

it.each(['wc', 'sort | wc'])('what is typed after Ctrl-C is for the shell, and not for %s any more', async (reader) => {
  await shows('# ');
  await type(`${reader}\r`);
  while (!(await box.sh('ps')).out.includes('wc')) {}
  await type('\x03');
  await shows('^C\r\n/ # ');
  await type('echo a-$((1+1))\recho b-$((1+2))\recho c-$((1+3))\recho d-$((1+4))\r');
  for (const answer of ['a-2', 'b-3', 'c-4', 'd-5']) await shows(`${answer}\r\n`);
});

it('edits the line and brings older ones back', async () => {
  await shows('# ');
  await type('echo abX\x7fc\x1b[D\x1b[D-\x01\x05!\r');
  await shows('\r\na-bc!\r\n');
  await type('nonsense\x15echo two words\x17lines\r');
  await shows('\r\ntwo lines\r\n');
  await type('\x1b[A\x1b[A\r');
  await shows('a-bc!\r\n', 2);
});

it('Ctrl-C ends what runs, or the line that is typed; Ctrl-D ends what reads, then the shell', async () => {
  await shows('# ');
  await type('sleep 1000; echo never\r');
  while (!(await box.sh('ps')).out.includes('sleep 1000')) {}
  await type('\x03');
  await shows('^C\r\n/ # ');
  await type('forget this\x03');
  await shows('^C\r\n/ # ', 2);
  await type('echo $?\r');
  await shows('\r\n130\r\n');
  await type('cat\r');
  await type('line\r');
  await shows('line\r\nline\r\n');
  await type('\x04');
  await shows('line\r\nline\r\n/ # ');
  await type('\x04');
  expect(await ended).toBe(0);
  expect(screen).not.toContain('never\r\nnever');
});

it('asks on when a command needs more lines', async () => {
  await shows('# ');
  for (const [line, more] of [
    ['for i in 1 2', '> '],
    ['do echo n$i', '> '],
    ['done', 'n1\r\nn2\r\n/ # '],
  ] as const) {
    const before = screen.split(more).length;
    await type(`${line}\r`);
    await shows(more, before);
  }
  expect(screen).toContain('/ # for i in 1 2\r\n> do echo n$i\r\n> done\r\n');
});

it('Ctrl-C forgets the lines before, where a command needs several', async () => {
  await shows('# ');
  await type('for i in 1 2\r');
  await shows('> ');
  await type('\x03echo next $?\r');
  await shows('^C\r\n');
  await shows('\r\nnext 130\r\n');
});

it('Ctrl-C ends functions, substitutions, and what waits or reads in the shell itself', async () => {
  const waits = [
    ['f() { sleep 1000; echo no; }; f', 'sleep 1000'],
    ['echo $(sleep 2000)no', 'sleep 2000'],
    ['sleep 3000 | cat; echo no', 'sleep 3000'],
    ['sleep 4000 & wait; echo no', 'sleep 4000'],
    ['cat & read x; echo no', 'ps'],
  ] as const;
  let prompts = 1;
  for (const [line, running] of waits) {
    await shows('# ', prompts);
    await type(`${line}\r`);
    while (!(await box.sh('ps')).out.includes(running)) {}
    await type('\x03');
    await shows('^C\r\n', prompts);
    prompts += 1;
  }
  await shows('# ', prompts);
  await type('echo $?\r');
  await shows('\r\n130\r\n');
  expect(screen).not.toContain('\nno\r');
});

it('survives a client that leaves after Ctrl-C', async () => {
  const gone = new TerminalDevice({
    write: async (bytes) => {
      if (String(bytes).includes('^C')) isGone = true;
      if (isGone && !String(bytes).includes('^C')) throw new BrokenPipe();
    },
  });
  let isGone = false;
  const shell = box.processes.spawn({
    argv: ['sh'],
    env: {},
    cwd: '/',
    stdin: gone.stdin,
    stdout: gone.output,
    stderr: gone.output,
    terminal: gone,
  });
  await gone.receive(Buffer.from('\x03'));
  expect(await shell.ended).toBe(141);
});

// k9s' shell and `kubectl exec -it` have a terminal; what a pipe or a file takes is not written for eyes.
it('lists in columns on the terminal, and line by line into a pipe or a file', async () => {
  await shows('/ # ');
  await type('mkdir /tmp/d; cd /tmp/d; touch a b c\r');
  await shows('/tmp/d # ');
  const says = async (line: string, said: string) => {
    const before = screen.length;
    await type(`${line}; echo done\r`);
    await shows(`done\r\n/tmp/d # `, screen.split(`done\r\n/tmp/d # `).length);
    expect(screen.slice(before)).toBe(`${line}; echo done\r\n${said}done\r\n/tmp/d # `);
  };
  await says('ls', 'a  b  c\r\n');
  await says('ls | head -2', 'a\r\nb\r\n');
  await says("sh -c 'ls' | head -1", 'a\r\n');
  await says('(ls) | head -1', 'a\r\n');
  await says('[ -t 1 ] && echo on', 'on\r\n');
  await says('([ -t 1 ] || echo off) | cat', 'off\r\n');
  await type('exit\r');
  expect(await ended).toBe(0);
});
