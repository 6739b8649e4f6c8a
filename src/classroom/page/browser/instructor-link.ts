import {
  type Control,
  type InstructorMessage,
  type InstructorNews,
  protocolVersion,
  type Refusal,
} from '../../protocol.ts';

/**
 * The page's end of the wire: one connection, made again with growing pauses when it is lost. Controls that have no answer
 * yet are sent again with their number, so that the class counts each once. Knows no element of the page.
 */
export type LinkStatus =
  | { status: 'connecting' }
  | { status: 'live' }
  | { status: 'lost'; since: number }
  | { status: 'refused'; reason: Refusal };

export interface LinkListener {
  onNews(news: InstructorNews): void;
  onStatus(status: LinkStatus): void;
  onAnswer(control: Control, isTaken: boolean): void;
}

/** The server speaks every 15 seconds at least: after this the network is dead, whatever the browser thinks. */
const silentMs = 40_000;
const firstPauseMs = 250;
const longestPauseMs = 4_000;

export class InstructorLink {
  readonly #token: string;
  readonly #listener: LinkListener;
  readonly #source = randomName();
  readonly #waiting = new Map<number, Control>();
  #count = 0;
  #failures = 0;
  #heardAt = Date.now();
  #status: LinkStatus = { status: 'connecting' };
  #webSocket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(token: string, listener: LinkListener) {
    this.#token = token;
    this.#listener = listener;
  }

  start(): void {
    window.addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => this.#hurry());
    this.#connect();
  }

  /** False while nobody hears it: it goes out as soon as the class is there again. */
  send(control: Control): boolean {
    this.#count += 1;
    this.#waiting.set(this.#count, control);
    const isLive = this.#status.status === 'live';
    if (isLive) this.#say({ type: 'control', number: this.#count, control });
    return isLive;
  }

  showEvidence(learner: string): void {
    if (this.#status.status === 'live') this.#say({ type: 'show-evidence', learner });
  }

  showState(learner: string): void {
    if (this.#status.status === 'live') this.#say({ type: 'show-state', learner });
  }

  #connect(): void {
    const address = new URL('/v1/instructor', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    address.hash = '';
    const webSocket = new WebSocket(address);
    this.#webSocket = webSocket;
    this.#await(webSocket);
    webSocket.onopen = () => {
      this.#say({ type: 'hello', version: protocolVersion, token: this.#token, source: this.#source });
    };
    webSocket.onmessage = ({ data }) => {
      this.#await(webSocket);
      this.#hear(JSON.parse(String(data)) as InstructorNews);
    };
    webSocket.onclose = () => this.#lost(webSocket);
  }

  /** Closing a dead connection takes the browser minutes; we don't wait for it. */
  #await(webSocket: WebSocket): void {
    this.#heardAt = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(webSocket), silentMs);
  }

  #hear(news: InstructorNews): void {
    switch (news.type) {
      case 'roster':
        this.#failures = 0;
        this.#become({ status: 'live' });
        this.#listener.onNews(news);
        for (const [number, control] of this.#waiting) this.#say({ type: 'control', number, control });
        return;
      case 'done':
      case 'refused-control':
        this.#answered(news.number, news.type === 'done');
        return;
      case 'refused':
        this.#refused(news.reason, news.retryMs);
        return;
      case 'changes':
      case 'evidence':
      case 'state':
        this.#listener.onNews(news);
    }
  }

  #answered(number: number, isTaken: boolean): void {
    const control = this.#waiting.get(number);
    if (this.#waiting.delete(number) && control) this.#listener.onAnswer(control, isTaken);
  }

  /** Too much at once passes; anything else that is refused stays so. */
  #refused(reason: Refusal, retryMs: number | undefined): void {
    this.#leave();
    if (reason === 'slow-down') this.#again(retryMs ?? longestPauseMs);
    else this.#become({ status: 'refused', reason });
  }

  #lost(webSocket: WebSocket): void {
    if (webSocket !== this.#webSocket) return;
    this.#leave();
    if (this.#status.status !== 'lost') this.#become({ status: 'lost', since: this.#heardAt });
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    // A room of pages does not come back in one moment.
    this.#again(pause * (0.5 + Math.random() / 2));
  }

  #again(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), afterMs);
  }

  #hurry(): void {
    if (this.#webSocket || this.#status.status !== 'lost' || document.hidden) return;
    this.#again(0);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    if (!webSocket) return;
    webSocket.onopen = null;
    webSocket.onmessage = null;
    webSocket.onclose = null;
    webSocket.close();
  }

  #become(status: LinkStatus): void {
    this.#status = status;
    this.#listener.onStatus(status);
  }

  #say(message: InstructorMessage): void {
    if (this.#webSocket?.readyState === WebSocket.OPEN) this.#webSocket.send(JSON.stringify(message));
  }
}

/** `crypto.randomUUID` is there on https and localhost only, and classes are held on plain addresses. */
function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
