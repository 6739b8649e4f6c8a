import { createInterface, type Interface } from 'node:readline';
import type { TrafficWatch } from '../../check/traffic/history.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Intent } from '../../session/events.ts';
import { type Review, reviewOf } from '../../session/review.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { RunScreen, ScreenExit, ScreenHost, ScreenOptions, Way } from '../app-port.ts';
import { answered } from '../explaining.ts';
import { chapterBindings, keyName } from '../keymap.ts';
import { runOnTerminal } from '../lending.ts';
import { type EndSignal, hearEnds } from '../process-ends.ts';
import { isUtf8 } from '../terminal-theme.ts';
import { asciiText } from '../view/ascii.ts';
import { availability, pageOf } from '../view/availability.ts';
import { type About, subjectKey, subjectsOf } from '../view/explain-screen.ts';
import { span, wrap } from '../view/spans.ts';
import { trafficSentences } from '../view/traffic/sentences.ts';
import { nextOf, proposalOf } from '../view/words.ts';
import { isAsking } from '../way-back-keys.ts';
import { asked, narrate, nothingTold, type Told, type ToldLine } from './narration.ts';
import { ShareTalk } from './share-talk.ts';
import { spokenExplanation } from './spoken-explanation.ts';
import { spokenField } from './spoken-fields.ts';
import { spokenBackground, spokenGlossary } from './spoken-lesson.ts';
import { spokenPlaces } from './spoken-places.ts';
import { beginReview, type ReviewTurn, typedInReview } from './spoken-review.ts';
import { spokenWayBack } from './spoken-way-back.ts';
import { type Deed, deedOf, momentOf, promptFor } from './typed-line.ts';

/**
 * The walk for ears, and for terminals that cannot move their cursor: lines are appended and never drawn over, and what
 * is typed is a line. The same host and the same session as the screen; it does not know Ink.
 */

/** Sentences come in bursts: a listener wants one telling, not ten. */
const burstMs = 120;
const widest = 100;

class Reader {
  readonly #options: ScreenOptions;
  readonly #isAscii: boolean;
  readonly #words: Words;
  readonly #end = Promise.withResolvers<ScreenExit>();
  #lines: Interface | undefined;
  #host: ScreenHost | undefined;
  #traffic: TrafficWatch | undefined;
  #told: Told = nothingTold;
  readonly #closing = new AbortController();
  #cancel: (() => void) | undefined;
  /** What was asked about, until it is told. */
  #way: Way | undefined;
  /** The next line typed says whether to undo, or redo, what was told. */
  #mayGoBack = false;
  /** The next line typed is a command. */
  #asked: { edited: boolean } | undefined;
  readonly #share: ShareTalk;
  /** Lines typed answer its questions. */
  #review: Review | undefined;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#words = options.words;
    this.#share = new ShareTalk(options.words);
    this.#isAscii = options.ascii === true || !isUtf8(options.environment);
  }

  async run(): Promise<ScreenExit> {
    const { stdin } = this.#options;
    const onSignal = (signal: EndSignal) => {
      if (signal === 'SIGINT') this.#interrupt();
      else this.#end.resolve({ type: 'signalled', signal });
    };
    const onCrash = (error: unknown) => this.#end.reject(error);
    const stopHearing = hearEnds({ onSignal, onCrash });
    // The terminal echoes and edits the line itself, which every screen reader knows.
    this.#lines = createInterface({ input: stdin, terminal: false });
    this.#lines.on('line', (line) => this.#typed(line));
    this.#lines.on('close', () => this.#end.resolve({ type: 'quit' }));
    try {
      this.#open().catch(onCrash);
      return await this.#end.promise;
    } finally {
      this.#cancel?.();
      this.#traffic?.stop();
      this.#closing.abort(new Error('ended'));
      this.#lines.close();
      stopHearing();
    }
  }

  async #open(): Promise<void> {
    const host = await this.#options.openHost();
    host.lendTerminal?.(async (program) => {
      this.#lines?.pause();
      const end = runOnTerminal(program, this.#options.stdout);
      this.#lines?.resume();
      return end;
    });
    this.#host = host;
    // A burst may be over before it is told; what is said outside a lesson is not to be lost with it.
    host.subscribe(() => (host.content().phase === 'lesson' ? this.#soon() : this.#tell()));
    this.#tell();
  }

  #soon(): void {
    this.#cancel ??= systemClock.after(burstMs, () => this.#tell());
  }

  #tell(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#host) return;
    const content = this.#host.content();
    const isFinished = content.phase === 'lesson' && content.session.status === 'finished';
    const recall = isFinished ? (this.#host.recall?.().length ?? 0) : 0;
    const { isWindows } = this.#options;
    const { lines, told } = narrate(this.#told, content, this.#host.course(), this.#words, recall, isWindows);
    this.#told = told;
    this.#write(lines);
    this.#tellWayBack();
    this.#tellPacked();
  }

  /** What would go along with what is shared, once it is packed. */
  #tellPacked(): void {
    const desk = this.#host?.classDesk;
    if (desk) this.#say(...this.#share.packed(desk));
  }

  /** What undoing would take back, once it is known; the next line says yes or no to it. */
  #tellWayBack(): void {
    const card = this.#host?.backCard?.();
    if (!this.#way || card?.way !== this.#way || card.status === 'looking') return;
    this.#way = undefined;
    this.#write(spokenWayBack(card, this.#words));
    this.#mayGoBack = isAsking(card, card);
  }

  #say(...sentences: readonly string[]): void {
    this.#write(sentences.map((text) => ({ text, isOutput: false })));
  }

  /** Sentences break between words; commands, code and what programs said stay as they are. */
  #write(lines: readonly ToldLine[]): void {
    const width = Math.min(widest, this.#options.stdout.columns || widest);
    const rows = lines.flatMap(({ text, isOutput }) =>
      isOutput || text.startsWith('    ') ? [text] : wrapped(text, width),
    );
    if (rows.length === 0) return;
    const text = `${rows.join('\n')}\n`;
    this.#options.stdout.write(this.#isAscii ? asciiText(text) : text);
  }

  #session(): SessionState | undefined {
    const content = this.#host?.content();
    return content?.phase === 'lesson' ? content.session : undefined;
  }

  #typed(line: string): void {
    const session = this.#session();
    const desk = this.#host?.classDesk;
    if (!session) this.#typedOutside(line.trim());
    else if (this.#review) this.#turn(typedInReview(line, this.#review, this.#words), session);
    else if (this.#mayGoBack) this.#answerWayBack(line.trim());
    else if (this.#share.isOpen && desk) this.#say(...this.#share.answer(line.trim(), desk));
    else if (this.#asked) this.#answerAsked(session, line);
    else this.#do(deedOf(line, session, this.#words), session);
  }

  #typedOutside(line: string): void {
    const content = this.#host?.content();
    if (line === 'q') this.#end.resolve({ type: 'quit' });
    else if (line === '' && content?.phase === 'stopped') this.#host?.openLesson(content.lesson);
  }

  #answerWayBack(line: string): void {
    this.#mayGoBack = false;
    if (line === '') this.#host?.goBack?.();
    else this.#say(this.#words.typed.leftAsItIs);
  }

  #answerAsked(session: SessionState, line: string): void {
    const { edited } = this.#asked ?? { edited: false };
    this.#asked = undefined;
    if (line.trim() === '') this.#say(this.#words.typed.leftAsItIs);
    else this.#do({ type: 'own', script: line.trim(), edited }, session);
  }

  #do(deed: Deed, session: SessionState): void {
    const host = this.#host;
    if (!host) return;
    switch (deed.type) {
      case 'send':
        if (isLook(deed.intent, session)) this.#told = asked(this.#told);
        host.send(deed.intent);
        break;
      case 'own':
        host.send({ type: 'propose', script: deed.script, edited: deed.edited });
        break;
      case 'ask':
        this.#asked = { edited: deed.edited };
        this.#say(...(deed.edited ? proposedScript(session, this.#words) : []), deed.words);
        break;
      case 'lessons':
        this.#say(...courseLines(host, this.#words), this.#words.typed.openAnother);
        break;
      case 'open-lesson':
        this.#openLesson(deed.number);
        break;
      case 'fields':
        this.#tellField(deed.path);
        break;
      case 'search':
        this.#say(...spokenPlaces(deed.words, host, this.#options.words));
        break;
      case 'way-back':
        this.#way = deed.way;
        host.lookBack?.(deed.way);
        break;
      case 'traffic':
        this.#tellTraffic();
        break;
      case 'explain':
        void this.#explain(host, deed.about, session);
        break;
      case 'background':
        this.#say(
          ...session.background.map((one, index) => `${index + 1}. ${spokenBackground(one, this.#words)}`),
          this.#words.typed.stopOne,
        );
        break;
      case 'page':
        host.openPage?.(pageOf(session) ?? '');
        break;
      case 'shell':
        this.#lines?.pause();
        host.shellEnded(runOnTerminal(host.shell(), this.#options.stdout));
        this.#lines?.resume();
        break;
      case 'help':
        this.#say(...helpLines(session, this.#words));
        break;
      case 'glossary':
        this.#say(...spokenGlossary(host.glossary(), session, this.#words));
        break;
      case 'review':
        this.#startReview(session);
        break;
      case 'hand':
      case 'share':
      case 'catch-up':
        this.#inClass(deed.type);
        break;
      case 'quit':
        this.#end.resolve({ type: 'quit' });
        break;
      case 'say':
        this.#say(deed.words);
        break;
    }
  }

  #inClass(deed: 'hand' | 'share' | 'catch-up'): void {
    const desk = this.#host?.classDesk;
    if (!desk) this.#say(this.#words.classroom.notInClass);
    else if (deed === 'hand') desk.turnHand();
    else if (deed === 'catch-up') {
      if (desk.canCatchUp) desk.catchUp();
      else this.#say(this.#words.classroom.nowhereToCatchUp);
    } else {
      this.#say(...this.#share.open(desk));
    }
  }

  #startReview(session: SessionState): void {
    const questions = this.#host?.recall?.() ?? [];
    if (questions.length === 0) this.#say(this.#words.availability.nothingToRecall);
    else this.#turn(beginReview(reviewOf(questions), this.#words), session);
  }

  #turn({ review, lines, recalled }: ReviewTurn, session: SessionState): void {
    this.#review = review;
    if (recalled) this.#host?.recalled?.(recalled);
    this.#say(...lines, ...(review ? [] : [promptFor(session, this.#words)]));
  }

  #openLesson(number: number): void {
    const entry = this.#host?.course()[number - 1];
    const { typed } = this.#words;
    if (!entry) this.#say(typed.noLesson(number));
    else if (entry.locked) this.#say(typed.locked(entry.title, entry.locked));
    else this.#host?.openLesson(entry.id);
  }

  #tellField(path: string): void {
    const desk = this.#host?.fields?.(() => {});
    if (!desk) return;
    spokenField(path, desk, this.#options.words).then(
      (lines) => this.#say(...lines),
      (error: unknown) => this.#end.reject(error),
    );
  }

  #tellTraffic(): void {
    const isFirst = this.#traffic === undefined;
    this.#traffic ??= this.#host?.watchTraffic?.(() => {});
    if (isFirst) this.#say(this.#words.typed.lookingAtSidecars);
    systemClock.after(isFirst ? 3000 : 0, () =>
      this.#say(...trafficSentences(this.#traffic?.history().graphs.at(-1), this.#words)),
    );
  }

  async #explain(host: ScreenHost, about: About, session: SessionState): Promise<void> {
    const subjects = subjectsOf(about, session);
    if (subjects.length > 0) this.#say(`${this.#words.explain.looking}.`);
    const answers = await Promise.all(
      subjects.map(
        async (subject) => [subjectKey(subject), await answered(host, subject, this.#closing.signal)] as const,
      ),
    );
    if (!this.#closing.signal.aborted) this.#say(...spokenExplanation(about, session, new Map(answers), this.#words));
  }

  #interrupt(): void {
    const session = this.#session();
    if (session?.status === 'running' || session?.status === 'verifying') this.#host?.send({ type: 'interrupt' });
    else this.#say(this.#words.typed.quitWithEnter);
  }
}

const isLook = ({ type }: Intent, session: SessionState): boolean =>
  type === 'verify' || (type === 'proceed' && nextOf(session)?.type === 'verify');

const wrapped = (line: string, width: number): string[] =>
  wrap([span(line)], width).map((row) => row.map(({ text }) => text).join(''));

function proposedScript(session: SessionState, { typed }: Words): string[] {
  const proposal = proposalOf(session);
  return proposal
    ? [
        typed.itIsNow,
        ...proposal.script
          .trimEnd()
          .split('\n')
          .map((line) => `    ${line}`),
      ]
    : [];
}

function courseLines(host: ScreenHost, { typed }: Words): string[] {
  return host.course().map(({ title, minutes, locked }, index) => {
    const state = locked ? `, ${locked}` : '';
    return `${index + 1}. ${typed.entry(title, minutes)}${state}`;
  });
}

/** What moves about on the screen has no meaning here. */
const onlyOnScreen = new Set([
  'up',
  'down',
  'page-up',
  'page-down',
  'top',
  'bottom',
  'focus',
  'zoom',
  'redraw',
  'next-match',
  'previous-match',
  'end-search',
  'suspend',
]);

function helpLines(session: SessionState, words: Words): string[] {
  const { keys: keyWords, typed } = words;
  const moment = momentOf(session, words);
  const bindings = chapterBindings('lesson').filter(({ action }) => !onlyOnScreen.has(action));
  return [
    typed.typeLetter,
    ...bindings.map(({ action, keys, name }) => {
      const state = action === 'proceed' ? { can: true } : availability(action, moment);
      const does = typed.key(keyName(keys[0] ?? '', keyWords), keyWords.bindings[name].does);
      return `${does}${state.can ? '' : typed.notNow}`;
    }),
    typed.ownExample,
  ];
}

export const runReader: RunScreen = (options) => new Reader(options).run();
