/**
 * What the learner should hear about the state on disk: damage that was found and where the damaged file is kept. One
 * sentence each, told in the ready line and by the control server until a reset.
 */
export class Notices {
  readonly #log: (line: string) => void;
  #sentences: string[] = [];

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  get sentences(): readonly string[] {
    return this.#sentences;
  }

  add(sentence: string): void {
    this.#log(sentence);
    this.#sentences = [...this.#sentences, sentence];
  }

  clear(): void {
    this.#sentences = [];
  }
}
