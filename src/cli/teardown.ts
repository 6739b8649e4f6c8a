/** What must be closed, in the reverse order of its opening. Knows not what it closes. */
export class Teardown {
  #steps: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /** Register before the thing is set up, so that a signal in between finds it. */
  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Every step is taken, whatever the others do; then the first failure is thrown. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
