import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PtySession } from '../tools/pty.ts';
import { CourseProgram } from './course-program.ts';

const program = new CourseProgram();
const hosts: ChildProcess[] = [];
beforeAll(() => program.build(), 120_000);
afterAll(async () => {
  for (const host of hosts) host.kill('SIGKILL');
  await program.end();
});

const patienceMs = 90_000;
const flat = (screen: string) => screen.replaceAll(/[│╭╮╰╯─\s]+/g, ' ');

async function host(port: string): Promise<{ child: ChildProcess; address: string }> {
  const args = ['class', 'host', '--listen', '127.0.0.1', '--port', port, '--name', 'Tuesday', '--no-open'];
  const child = spawn(process.execPath, program.command(...args), { env: program.environment });
  hosts.push(child);
  let address = '';
  for await (const line of createInterface({ input: child.stdout })) {
    address = /class join (\S+)/.exec(line)?.[1] ?? address;
    if (line.includes('class watch')) return { child, address };
  }
  throw new Error('the host ended');
}

/** What an instructor types in a terminal, and what the class is then. */
async function instructor(...lines: readonly string[]): Promise<string> {
  return said(['class', 'watch'], lines.map((line) => `${line}\n`).join(''));
}

const opened = (file: string) => said(['state', 'open', file]);

async function said(args: readonly string[], input = ''): Promise<string> {
  const { environment } = program;
  const child = spawn(process.execPath, program.command(...args), { env: environment, cwd: environment.HOME });
  child.stdin.end(input);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  return out;
}

async function instructorSees(wanted: RegExp): Promise<void> {
  for (;;) if (wanted.test(await instructor())) return;
}

const join = (address: string, name: string): PtySession =>
  program.start(120, 30, 'class', 'join', address, '--profile', name.toLowerCase(), '--name', name);

async function enterUntil(session: PtySession, wanted: string): Promise<void> {
  for (let page = 0; page < 40; page += 1) {
    if (flat(session.screen()).includes(wanted)) return;
    const before = session.screen();
    session.press('enter');
    await session.waitFor((screen) => screen !== before, `something after Enter, on the way to ${wanted}`, patienceMs);
  }
  throw new Error(`never saw ${wanted}:\n${session.screen()}`);
}
const see = (session: PtySession, wanted: string) =>
  session.waitFor((screen) => flat(screen).includes(wanted), wanted, patienceMs);

it('walks two learners and an instructor, each a process, through a lesson with hold and release', async () => {
  const first = await host('0');
  const [ada, bob] = [join(first.address, 'Ada'), join(first.address, 'Bob')];
  await see(ada, 'class Tuesday');
  await see(bob, 'class Tuesday');
  await instructorSees(/2 of 2 here/);

  expect(await instructor('hold 0', 'say look up')).toContain('Held at “Welcome aboard”');
  await see(ada, 'From the instructor: look up');
  await see(bob, 'held · class Tuesday');
  bob.press('H');
  await see(bob, 'hand up, number 1');
  await instructorSees(/Hands up: Bob/);
  await instructor('lower Bob');
  await bob.waitFor((screen) => !screen.includes('hand up'), 'the hand lowered', patienceMs);

  await enterUntil(ada, 'your turn');
  ada.press('b');
  await enterUntil(ada, 'Lesson done');
  ada.press('enter');
  await see(ada, 'The class waits at the end of “Welcome aboard”');
  await instructor('release');
  await see(ada, 'The class goes on.');
  await enterUntil(ada, 'Create a cluster');
  await instructorSees(/Ada .*(done|Create|1 )/);

  ada.press('E');
  await see(ada, 'Share with the instructor');
  ada.press('s');
  await see(ada, 'KB, in all');
  expect(flat(ada.screen())).toContain('not in it: private keys, tokens');
  ada.press('enter');
  await see(ada, 'The instructor has it.');
  expect(await instructor('state Bob')).toContain('Bob has not shared');
  expect(await instructor('state Ada')).toContain('meshwalk state open Ada.meshwalk-state');
  expect(await opened('Ada.meshwalk-state')).toContain('It is kept in the profile Ada.');

  // The host goes and comes back on the same port; nobody has to do anything.
  const port = /:(\d+)\//.exec(first.address)?.[1] ?? '';
  first.child.kill('SIGKILL');
  await see(bob, 'offline · class Tuesday');
  await host(port);
  await bob.waitFor((screen) => !screen.includes('offline ·'), 'the class again', patienceMs);
  await instructorSees(/2 of 2 here/);
  for (const session of [ada, bob]) {
    session.press('q');
    expect(await session.ended).toMatchObject({ exitCode: 0 });
  }
}, 400_000);
