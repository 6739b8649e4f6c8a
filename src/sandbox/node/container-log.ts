/** One line of a container's log with its time of arrival. */
export interface LogLine {
  timeMs: number;
  /** With its newline, unless it is the unfinished last one. */
  text: string;
}

/** Kubernetes: containerd cuts lines at 16 KiB; the kubelet keeps 10 MiB per container, we keep less. */
const longestLine = 16 * 1024;
const keptBytes = 512 * 1024;

/**
 * The last half megabyte that one run of a container wrote, as lines. It knows neither pods nor how lines are asked
 * for. Readers that wait are told when there is more, and when there will be no more.
 */
export class ContainerLog {
  readonly #now: () => number;
  #lines: LogLine[] = [];
  /** Number of lines dropped from the front: the index of #lines[0] since the start. */
  #dropped = 0;
  #bytes = 0;
  #partial = '';
  #partialSince = 0;
  #ended = false;
  #waiting = new Set<() => void>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The index that the next line will have. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  get bytes(): number {
    return this.#bytes + this.#partial.length;
  }

  write(text: string): void {
    if (this.#ended || text === '') return;
    if (this.#partial === '') this.#partialSince = this.#now();
    const pieces = (this.#partial + text).split('\n');
    this.#partial = pieces.pop() ?? '';
    for (const piece of pieces) this.#push(`${piece}\n`);
    while (this.#partial.length > longestLine) {
      this.#push(`${this.#partial.slice(0, longestLine)}\n`);
      this.#partial = this.#partial.slice(longestLine);
    }
    if (pieces.length > 0) this.#wake();
  }

  /** The unfinished last line becomes a line of its own. */
  close(): void {
    if (this.#ended) return;
    if (this.#partial !== '') this.#push(this.#partial);
    this.#partial = '';
    this.#ended = true;
    this.#wake();
  }

  /** Lines from an index on, as far as they are kept. */
  from(index: number): { lines: LogLine[]; next: number } {
    const start = Math.max(0, index - this.#dropped);
    return { lines: this.#lines.slice(start), next: this.end };
  }

  /** The unfinished last line, if any. */
  get partial(): LogLine | undefined {
    return this.#partial === '' ? undefined : { timeMs: this.#partialSince, text: this.#partial };
  }

  /** Resolves at the next line, at the end of the log, or when the signal aborts. */
  async more(signal: AbortSignal): Promise<void> {
    if (this.#ended || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #push(text: string): void {
    const timeMs = this.#partialSince;
    this.#partialSince = this.#now();
    this.#lines.push({ timeMs, text });
    this.#bytes += text.length;
    let surplus = 0;
    while (this.#bytes > keptBytes && surplus < this.#lines.length - 1) {
      this.#bytes -= this.#lines[surplus]?.text.length ?? 0;
      surplus += 1;
    }
    // Cut in large pieces: a shift per line would copy the array each time.
    if (surplus > 0) {
      this.#lines = this.#lines.slice(surplus);
      this.#dropped += surplus;
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }
}
