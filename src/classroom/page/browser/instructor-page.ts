import type { Control, InstructorNews } from '../../protocol.ts';
import { type Announced, announce, announcedAtFirst } from '../view/announcements.ts';
import { countdownOf, countsOf, handViews, stuckRule } from '../view/at-a-glance.ts';
import { type ClassModel, modelAfter, modelOf } from '../view/class-model.ts';
import { elapsed } from '../view/elapsed.ts';
import { type GridChoice, gridOf } from '../view/grid.ts';
import { heatView } from '../view/heat.ts';
import { leadOf } from '../view/lead.ts';
import { detailsOf } from '../view/learner-details.ts';
import { type PageWords, pageWords } from '../view/page-words.ts';
import type { Desk } from './desk.ts';
import { element, setText } from './elements.ts';
import { saveState, takeExport } from './export.ts';
import type { HeaderView } from './header.ts';
import { InstructorLink, type LinkStatus } from './instructor-link.ts';
import { type Layout, layoutOf } from './layout.ts';
import { forgetToken } from './token.ts';

/**
 * Puts the page together: news make a new model, and the model and the time are drawn, at most twenty times a second and
 * every second at least. What is shown is worked out in ../view; this knows when, and who is asked.
 */
const drawMs = 50;
const tickMs = 1_000;

export class InstructorPage {
  readonly #token: string;
  readonly #link: InstructorLink;
  #words: PageWords;
  #model: ClassModel | undefined;
  #join: readonly string[] = [];
  #layout: Layout | undefined;
  #status: LinkStatus = { status: 'connecting' };
  #choice: GridChoice = { order: 'attention', filter: { type: 'all' }, find: '' };
  #heatLesson: string | undefined;
  #opened: string | undefined;
  #announced: Announced | undefined;
  /** The class's clock is so much ahead of this browser's. */
  #aheadMs = 0;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting: HTMLElement;

  constructor(token: string, words: PageWords) {
    this.#token = token;
    this.#words = words;
    this.#waiting = element('main', { class: 'door', role: 'status' }, words.link.connecting);
    this.#link = new InstructorLink(token, {
      onNews: (news) => this.#hear(news),
      onStatus: (status) => this.#become(status),
      onAnswer: (control, isTaken) => this.#answered(control, isTaken),
    });
  }

  open(): void {
    document.body.append(this.#waiting);
    this.#link.start();
    setInterval(() => this.#draw(), tickMs);
  }

  #now(): number {
    return Date.now() + this.#aheadMs;
  }

  #hear(news: InstructorNews): void {
    if ('now' in news) this.#aheadMs = news.now - Date.now();
    switch (news.type) {
      case 'roster':
        this.#model = modelOf(news);
        this.#join = news.join ?? [];
        this.#announced ??= announcedAtFirst(this.#model, this.#now());
        this.#layout ??= this.#build(this.#model);
        break;
      case 'changes':
        this.#model = this.#model && modelAfter(this.#model, news);
        break;
      case 'evidence':
        if (news.learner === this.#opened) this.#layout?.dialog.showEvidence(news.evidence);
        return;
      case 'state': {
        const name = this.#model?.cards.get(news.learner)?.name ?? '';
        this.#layout?.dialog.showState(saveState(news.state, name));
        return;
      }
      default:
        return;
    }
    this.#drawing ??= setTimeout(() => this.#draw(), drawMs);
  }

  /** The page speaks the language of the class: its lessons are in it too. */
  #build({ language: wanted }: ClassModel): Layout {
    const { language, words } = pageWords([wanted]);
    this.#words = words;
    document.documentElement.lang = language;
    const layout = layoutOf(this.#desk());
    document.body.replaceChildren(layout.root);
    layout.dialog.root.addEventListener('close', () => {
      this.#opened = undefined;
    });
    return layout;
  }

  #desk(): Desk {
    return {
      words: this.#words,
      send: (control) => {
        if (!this.#link.send(control)) this.#say(this.#words.done.waiting);
      },
      choose: (choice) => {
        this.#choice = { ...this.#choice, ...choice };
        this.#draw(true);
      },
      chooseHeat: (lesson) => {
        this.#heatLesson = lesson;
        this.#draw();
      },
      open: (learner) => {
        this.#opened = learner;
        this.#draw();
        this.#layout?.dialog.show();
      },
      showEvidence: (learner) => this.#link.showEvidence(learner),
      takeState: (learner) => this.#link.showState(learner),
      export: (format) => void this.#export(format),
    };
  }

  #become(status: LinkStatus): void {
    const before = this.#status.status;
    this.#status = status;
    if (status.status === 'refused') this.#refused(status.reason);
    if (status.status === 'lost') this.#say(this.#words.link.gone);
    if (status.status === 'live' && before === 'lost') this.#say(this.#words.link.back);
    this.#draw();
  }

  #refused(reason: string): void {
    const { refused } = this.#words.door;
    if (reason === 'token') forgetToken();
    const text = reason === 'token' || reason === 'version' ? refused[reason] : refused.other;
    this.#waiting.replaceChildren(element('h1', {}, this.#words.door.heading), element('p', {}, text));
    document.body.replaceChildren(this.#waiting);
    this.#layout = undefined;
  }

  #answered({ type }: Control, isTaken: boolean): void {
    this.#say(isTaken ? this.#words.done[type] : this.#words.done.refused);
  }

  async #export(format: 'csv' | 'json'): Promise<void> {
    const isTaken = await takeExport(format, this.#token, this.#model?.state.name ?? '');
    if (!isTaken) this.#say(this.#words.export.failed);
  }

  /** To be read and heard now: an answer to what the instructor just did. */
  #say(text: string): void {
    this.#layout?.say(text);
  }

  #draw(isAsked = false): void {
    clearTimeout(this.#drawing);
    this.#drawing = undefined;
    const [model, layout, now] = [this.#model, this.#layout, this.#now()];
    if (!model || !layout) return;
    layout.header.update(this.#header(model, now));
    layout.update({
      grid: gridOf(model, this.#choice, now, this.#words),
      choice: this.#choice,
      isAsked,
      join: this.#join,
    });
    layout.hands.update(handViews(model, now, this.#words));
    layout.heat.update(heatView(model, this.#heatLesson, now, this.#words));
    layout.lead.update(leadOf(model, now, this.#words));
    for (const control of layout.controls) control.update({ model, now });
    const details = this.#opened === undefined ? undefined : detailsOf(this.#opened, model, now, this.#words);
    if (details) layout.dialog.update({ details, now });
    setText(layout.rule, stuckRule(this.#words));
    this.#announce(model, now, layout);
    const title = this.#words.page.title(model.state.name);
    const hands = [...model.cards.values()].filter(({ hand }) => hand !== undefined).length;
    document.title = hands > 0 ? `(${hands}) ${title}` : title;
  }

  #header(model: ClassModel, now: number): HeaderView {
    const { state, lessons } = model;
    const { pace, link } = this.#words;
    const step = lessons.find(({ id }) => id === state.hold?.lesson)?.step ?? 0;
    const lost = this.#status.status === 'lost' ? this.#status.since : undefined;
    return {
      name: state.name,
      link: {
        isLive: lost === undefined,
        text: lost === undefined ? link.live : link.lost(elapsed(Date.now() - lost, this.#words)),
      },
      counts: countsOf(model, now, this.#words),
      filter: this.#choice.filter,
      hold: state.hold && pace.held(step, elapsed(now - state.hold.since, this.#words)),
      countdown: countdownOf(model, now),
    };
  }

  #announce(model: ClassModel, now: number, layout: Layout): void {
    const next = this.#announced && announce(this.#announced, model, now, this.#words);
    if (!next) return;
    this.#announced = next.announced;
    if (next.text !== '') layout.announce(next.text);
  }
}
