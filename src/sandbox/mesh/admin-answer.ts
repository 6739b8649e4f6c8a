/** What an admin page answers with. */
export interface Answer {
  status?: number;
  type?: string;
  body: string;
}

/** A request that a page can't fulfil, in the words that the caller is to read. */
export class StatusText extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export const json = (value: unknown): Answer => ({
  type: 'application/json',
  body: `${JSON.stringify(value, null, 1)}\n`,
});
export const plain = (body: string, status = 200): Answer => ({ status, type: 'text/plain; charset=UTF-8', body });
