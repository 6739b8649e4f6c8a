import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PtySession } from '../tools/pty.ts';
import { CourseProgram } from './course-program.ts';

/** A transcript that was read by a person once, and is held to that. */
function isAsHeard(name: string, transcript: string): void {
  const golden = join(import.meta.dirname, '../golden/screen-reader', `${name}.txt`);
  if (process.env['MESHWALK_GOLDEN'] === 'write') {
    mkdirSync(join(golden, '..'), { recursive: true });
    writeFileSync(golden, transcript);
  }
  expect(transcript).toBe(readFileSync(golden, 'utf8'));
}

/** What differs from run to run: durations, ids, names made at random. */
function normalised(text: string): string {
  return (
    text
      .replaceAll(/\r\n/g, '\n')
      .replaceAll(/after \d[\d.]* s\b/g, 'after N s')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'GUID')
      .replaceAll(/\b[0-9a-f]{20,}\b/g, 'HEX')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/(dnsPrefix: \S+-)[0-9a-f]{6}\b/g, '$1HEX')
      // The last line may come a moment after the others, and then one more of them is told.
      .replaceAll(/\(\d+ lines left out\)\n[\s\S]*?(?= {2}"publicNetworkAccess")/g, '(LINES LEFT OUT)\n')
      // The control plane may be on its way still, when what the task made is counted.
      .replaceAll(/(Alongside, made by controllers and the mesh: )[^.]+\./g, '$1OBJECTS.')
      .replaceAll(/ssh-rsa \S+/g, 'ssh-rsa KEY')
  );
}

/** Types lines, each once the program waits for one. */
class Listener {
  readonly session: PtySession;
  #heard = 0;

  constructor(session: PtySession) {
    this.session = session;
  }

  /** All that was said since the last line was typed, once it ends in what is waited for. */
  async hears(what: RegExp): Promise<string> {
    const fresh = () => this.session.raw.slice(this.#heard);
    await this.session.waitFor(() => what.test(fresh()), String(what), 60_000);
    return fresh();
  }

  types(line: string): void {
    this.#heard = this.session.raw.length;
    this.session.write(`${line}\r`);
  }
}

describe('the screen-reader mode', () => {
  const program = new CourseProgram();
  beforeAll(() => program.build(), 120_000);
  afterAll(() => program.end());

  it('tells a lesson in lines that are only appended', async () => {
    const listener = new Listener(program.start(100, 50, '--screen-reader'));
    const { session } = listener;
    await listener.hears(/Enter: begin[^\n]*\n/);
    listener.types('m');
    await listener.hears(/2\. Create a cluster with a mesh, about \d+ minutes[\s\S]*m and a number/);
    listener.types('m 2');
    await listener.hears(/Lesson 1 of 8: Create a cluster[\s\S]*Enter: begin[^\n]*\n/);
    const from = session.raw.indexOf('Lesson 1 of 8: ');
    listener.types('');
    await listener.hears(/Task 1 of 2[\s\S]*Enter: run[^\n]*\n/);
    listener.types('v');
    await listener.hears(/Wrong: [\s\S]*0 of 1 conditions hold[\s\S]*Enter: run[^\n]*\n/);
    listener.types('h');
    await listener.hears(/Hint 1|1 of \d+:[\s\S]*Enter: run[^\n]*\n/);
    listener.types('');
    await listener.hears(/"provisioningState": "Succeeded"[\s\S]*Task passed\.[\s\S]*Enter: next task[^\n]*\n/);
    listener.types('');
    await listener.hears(/What do you expect\?[\s\S]*a to \w: answer[^\n]*\n/);
    listener.types('b');
    await listener.hears(/az aks create[\s\S]*Enter: run …[^\n]*\n/);
    listener.types('');
    await listener.hears(/Run it\? y runs it[^\n]*\n/);
    listener.types('y');
    await listener.hears(/Right: [\s\S]*Enter: run[^\n]*\n/);
    listener.types('p');
    await listener.hears(/Passed: [\s\S]*Task passed\.[\s\S]*Enter: go on[^\n]*\n/);
    listener.types('');
    await listener.hears(/Lesson done: Create a cluster with a mesh\.[\s\S]*Enter: next lesson[^\n]*\n/);
    const transcript = normalised(session.raw.slice(from));
    listener.types('r');
    await listener.hears(/Review: 1 of 1\.[\s\S]*You opened a hint here\.[\s\S]*q leaves\.[^\n]*\n/);
    listener.types('a');
    await listener.hears(
      /The task "[^"]+"\s+runs it\.[\s\S]*[01] of 1 answer right\.[\s\S]*Enter: next lesson[^\n]*\n/,
    );
    listener.types('q');
    expect((await session.ended).exitCode).toBe(0);
    expect(session.raw, 'nothing that moves a cursor, draws over or colours').not.toContain('\u001b');
    isAsHeard('create-cluster', transcript);
  }, 240_000);

  it('tells what a task changed, takes it back, brings it again, and finds words in all lessons', async () => {
    const listener = new Listener(program.start(100, 50, '--screen-reader'));
    const { session } = listener;
    await listener.hears(/Enter: begin[^\n]*\n/);
    const from = session.raw.length;
    listener.types('D');
    await listener.hears(/What this task changed:[\s\S]*Files that you made yourself[^\n]*\n/);
    listener.types('u');
    await listener.hears(/Enter undoes it, n leaves it\.[^\n]*\n/);
    listener.types('n');
    await listener.hears(/as it is[^\n]*\n/);
    listener.types('u');
    await listener.hears(/Enter undoes it, n leaves it\.[^\n]*\n/);
    listener.types('');
    await listener.hears(/Undone: [\s\S]*Enter: [^\n]*\n/);
    listener.types('U');
    await listener.hears(/Enter redoes it, n leaves it\.[^\n]*\n/);
    listener.types('');
    await listener.hears(/Redone: [\s\S]*Enter: [^\n]*\n/);
    listener.types('/kubeconfig');
    await listener.hears(/"kubeconfig" stands in \d+ places[\s\S]*1\. [^\n]*\n/);
    listener.types('f');
    await listener.hears(/This text shows no manifest[^\n]*\n/);
    const transcript = normalised(session.raw.slice(from));
    listener.types('q');
    expect((await session.ended).exitCode).toBe(0);
    isAsHeard('way-back', transcript);
  }, 120_000);

  it('runs an own command after a yes, interrupts with Ctrl-C, and lends the terminal to a shell', async () => {
    const listener = new Listener(program.start(100, 50, '--screen-reader'));
    const { session } = listener;
    await listener.hears(/Enter: [^\n]*\n/);
    listener.types(': echo one two | tr a-z A-Z');
    await listener.hears(/Run it\? y runs it/);
    listener.types('y');
    await listener.hears(/ONE TWO[\s\S]*The command ended: done, exit code 0/);
    listener.types(': sleep 60');
    await listener.hears(/Run it\?/);
    listener.types('y');
    await listener.hears(/The command runs\. Ctrl-C interrupts it\./);
    session.press('ctrl-c');
    await listener.hears(/The command ended: interrupted/);
    listener.types('s');
    await listener.hears(/Type exit to come back/);
    listener.types('echo "in $KUBECONFIG"; exit');
    await listener.hears(/in \/\S*kubeconfig/);
    listener.types('?');
    await listener.hears(/Type a letter and Enter:[\s\S]*w: watch the traffic/);
    listener.types('w');
    await listener.hears(/Nobody calls anybody yet|The sidecars have not been looked at yet/);
    listener.types('nonsense');
    await listener.hears(/"nonsense" means nothing here/);
    listener.types('q');
    expect((await session.ended).exitCode).toBe(0);
  }, 120_000);
});
