import { createInterface } from 'node:readline';
import { classCommands, readClassCommand } from '../classroom/class-command.ts';
import { readClassAddress } from '../classroom/link/class-address.ts';
import { dial } from '../classroom/link/dial.ts';
import { InstructorLink } from '../classroom/link/instructor-link.ts';
import { isToken } from '../classroom/parse.ts';
import { fileStem } from '../classroom/plain-text.ts';
import type { LearnerCard } from '../classroom/protocol.ts';
import { Fault, faultOf, inWords } from '../fault.ts';
import { systemClock } from '../platform/clock.ts';
import { systemRandom } from '../platform/random.ts';
import { classFolder } from '../progress/state-folders.ts';
import { classLines, withPrompt } from '../tui/view/class-screen.ts';
import { bare } from '../tui/view/foreign-text.ts';
import { type Line, span } from '../tui/view/spans.ts';
import type { Findings } from '../words/en/findings.ts';
import { loadFindings } from '../words/language.ts';
import type { ClassWatchOptions } from './class.ts';
import { type ClassDoor, findClassDoor } from './class-state.ts';
import { LiveLines } from './live-lines.ts';
import { writeNew } from './shared-state.ts';
import type { Subcommand } from './subcommand.ts';

/**
 * `meshwalk class watch`: the class in a terminal, with a line to type what the page has buttons for. On a pipe it does
 * what the lines of its input say, prints the class once, and ends.
 */
export async function watchClass(
  typed: string | undefined,
  options: ClassWatchOptions,
  subcommand: Subcommand,
): Promise<void> {
  const { machine, signal } = subcommand;
  const findings = await loadFindings(machine.words);
  const door = typed === undefined ? findClassDoor(classFolder(options.profile, machine.environment)) : doorOf(typed);
  const screen = new LiveLines(machine);
  const watch = new ClassWatch(door, screen, findings);
  subcommand.teardown.add(() => watch.close());
  const stop = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  await Promise.race([watch.met, stop]);
  const isLive = screen.isTerminal && process.stdin.isTTY === true;
  if (isLive) subcommand.leaveInterrupts();
  await Promise.race([isLive ? watch.live() : watch.once(), stop]);
}

/** The address of the instructor's page, as the host showed it. */
function doorOf(typed: string): ClassDoor {
  const [place = '', token = ''] = typed.split('#token=', 2);
  const [own = '', fingerprint] = token.split('/', 2);
  if (!isToken(own)) throw faultOf('class.watch-token');
  const { origin } = readClassAddress(place.replace(/\/instructor\/?$/, ''));
  return { origin, token: own, ...(fingerprint && { fingerprint }) };
}

type Words = Findings['told']['classWatch'];
/** Names, times and a countdown go on by themselves. */
const drawMs = 1_000;

class ClassWatch {
  readonly #door: ClassDoor;
  readonly #screen: LiveLines;
  readonly #words: Words;
  readonly #faultTexts: Findings['faultTexts'];
  readonly #link: InstructorLink;
  readonly met: Promise<void>;
  #onChange: () => void = () => {};
  #typed = '';
  #answer = '';

  constructor(door: ClassDoor, screen: LiveLines, { told, faultTexts }: Pick<Findings, 'told' | 'faultTexts'>) {
    this.#door = door;
    this.#screen = screen;
    this.#words = told.classWatch;
    this.#faultTexts = faultTexts;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.met = promise;
    this.#link = new InstructorLink({
      dial: () => dial(door, '/v1/instructor'),
      token: door.token,
      clock: systemClock,
      random: systemRandom,
      onChange: () => {
        if (this.#link.ended) reject(this.#faultOf(this.#link.ended.reason));
        else if (this.#link.watched) resolve();
        else if (!this.#link.isOnline) reject(faultOf('class.unreachable', door.origin));
        this.#onChange();
      },
    });
  }

  close(): void {
    this.#link.close();
  }

  #faultOf(reason: string) {
    if (reason === 'wrong-certificate') return faultOf('class.fingerprint', this.#door.origin);
    return reason === 'version' ? faultOf('class.version') : faultOf('class.watch-token');
  }

  async once(): Promise<void> {
    if (!process.stdin.isTTY) {
      for await (const line of createInterface({ input: process.stdin, terminal: false })) {
        if (line.trim() !== '') await this.#do(line);
      }
    }
    if (this.#answer !== '') this.#screen.replace([[span(this.#answer)]]);
    this.#screen.replace(this.#lines());
  }

  /** Until q or Ctrl-C on an empty line, or the end of input. */
  async live(): Promise<void> {
    const { stdin } = process;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onKeys = (text: string) => {
      for (const key of text) if (this.#press(key)) resolve();
      this.#draw();
    };
    stdin.setRawMode(true).setEncoding('utf8').on('data', onKeys);
    this.#onChange = () => this.#draw();
    let stopTicking = () => {};
    const tick = () => {
      this.#draw();
      stopTicking = systemClock.after(drawMs, tick);
    };
    tick();
    try {
      await promise;
    } finally {
      stopTicking();
      stdin.off('data', onKeys).setRawMode(false).pause();
    }
  }

  /** Whether the learner leaves. */
  #press(key: string): boolean {
    if (key === '\u0003' || key === '\u0004' || (key === 'q' && this.#typed === '')) return true;
    if (key === '\r' || key === '\n') {
      const line = this.#typed;
      this.#typed = '';
      if (line.trim() !== '') void this.#do(line).then(() => this.#draw());
    } else if (key === '\u007f' || key === '\b') this.#typed = [...this.#typed].slice(0, -1).join('');
    else if (key >= ' ') this.#typed += bare(key);
    return false;
  }

  async #do(line: string): Promise<void> {
    const watched = this.#link.watched;
    const command = watched && readClassCommand(line, watched.course.lessons, [...watched.learners.values()]);
    if (!command) this.#answer = this.#words.notUnderstood(bare(line), classCommands.join(', '));
    else if (command.type === 'take-state') this.#answer = await this.#takeState(command.learner);
    else this.#answer = (await this.#link.control(command)) ? '' : this.#words.notUnderstood(bare(line), '');
  }

  /** Writes it beside us; answers how to open it. */
  async #takeState({ id, name, hasState }: LearnerCard): Promise<string> {
    if (!hasState) return this.#words.noState(bare(name));
    const state = await this.#link.sharedState(id);
    const file = `${fileStem(name)}.meshwalk-state`;
    try {
      writeNew(file, Buffer.from(state, 'base64'));
      return this.#words.tookState(`meshwalk state open ${file}`);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return inWords(error, this.#faultTexts).what;
    }
  }

  #lines(): Line[] {
    const { watched, isOnline } = this.#link;
    if (!watched) return [];
    const ink = {
      width: this.#screen.width,
      glyphs: this.#screen.theme.glyphs,
      words: this.#words,
      now: this.#link.now(),
    };
    return classLines({ ...watched, isOnline }, ink);
  }

  #draw(): void {
    const { width, room } = this.#screen;
    const prompt = { said: this.#answer || this.#words.prompt, typed: this.#typed };
    this.#screen.replace(withPrompt(this.#lines(), prompt, { width, room }));
  }
}
