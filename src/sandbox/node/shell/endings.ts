/** How a script ends before its last command: errors that a shell throws at itself. */

/** `exit`, from however deep. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** `break`, `continue` and `return` on their way up. */
export class Jump extends Error {
  override readonly name = 'Jump';
  readonly kind: 'break' | 'continue' | 'return';
  /** Loops to leave, or the status of a function. */
  readonly count: number;

  constructor(kind: 'break' | 'continue' | 'return', count: number) {
    super(kind);
    this.kind = kind;
    this.count = count;
  }
}

/** Ctrl-C ends the whole line that is running. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
