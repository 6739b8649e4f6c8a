/** An event as the recorder got it. */
export interface RecordedEvent {
  /** Everything that two like events share but the message: source, object, type, reason. */
  likeness: string;
  message: string;
  atMs: number;
}

interface Group {
  messages: Set<string>;
  lastMs: number;
}

/** Kubernetes: client-go/tools/record defaultAggregateMaxEvents, defaultAggregateIntervalInSeconds, maxLruCacheEntries */
const mostMessages = 10;
const forgottenAfterMs = 600_000;
const rememberedGroups = 4096;
const combined = '(combined from similar events): ';

/**
 * Which event an occurrence is counted under. Ten like events with different messages within ten minutes are one thing that
 * goes on; from then on they are one event, which shows the last message. Pure but for what it remembers.
 */
export class EventAggregation {
  readonly #groups = new Map<string, Group>();

  /** Occurrences with the same key are one event. */
  correlate({ likeness, message, atMs }: RecordedEvent): { key: string; message: string } {
    const known = this.#groups.get(likeness);
    const group =
      known && atMs - known.lastMs <= forgottenAfterMs ? known : { messages: new Set<string>(), lastMs: atMs };
    group.lastMs = atMs;
    group.messages.add(message);
    // Put last again, so that the group which was quiet longest is the one forgotten.
    this.#groups.delete(likeness);
    this.#groups.set(likeness, group);
    this.#forgetOldest();
    if (group.messages.size < mostMessages) return { key: `${likeness}|${message}`, message };
    const [oldest] = group.messages;
    if (oldest !== undefined) group.messages.delete(oldest);
    return { key: likeness, message: `${combined}${message}` };
  }

  #forgetOldest(): void {
    if (this.#groups.size <= rememberedGroups) return;
    const oldest = this.#groups.keys().next();
    if (!oldest.done) this.#groups.delete(oldest.value);
  }
}
