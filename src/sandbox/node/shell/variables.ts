/** A shell's variables and parameters, with what is exported. Copies serve subshells. */
export class ShellVariables {
  readonly #values = new Map<string, string>();
  readonly #exported = new Set<string>();
  readonly name: string;
  positional: readonly string[];
  lastStatus = 0;
  lastBackgroundPid = 0;
  readonly shellPid: number;

  constructor(name: string, positional: readonly string[], shellPid: number) {
    this.name = name;
    this.positional = positional;
    this.shellPid = shellPid;
  }

  static from(env: Readonly<Record<string, string>>, name: string, positional: readonly string[], pid: number) {
    const variables = new ShellVariables(name, positional, pid);
    for (const [key, value] of Object.entries(env)) {
      variables.set(key, value);
      variables.export(key);
    }
    return variables;
  }

  copy(): ShellVariables {
    const copy = new ShellVariables(this.name, this.positional, this.shellPid);
    for (const [name, value] of this.#values) copy.set(name, value);
    for (const name of this.#exported) copy.export(name);
    copy.lastStatus = this.lastStatus;
    copy.lastBackgroundPid = this.lastBackgroundPid;
    return copy;
  }

  /** Parameters such as $? and $1 included; undefined when unset. */
  get(name: string): string | undefined {
    switch (name) {
      case '?':
        return String(this.lastStatus);
      case '$':
        return String(this.shellPid);
      case '!':
        return this.lastBackgroundPid === 0 ? undefined : String(this.lastBackgroundPid);
      case '#':
        return String(this.positional.length);
      case '@':
      case '*':
        return this.positional.length > 0 ? this.positional.join(' ') : undefined;
      case '-':
        return '';
      case '0':
        return this.name;
      default:
        return /^\d+$/.test(name) ? this.positional[Number(name) - 1] : this.#values.get(name);
    }
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#values.delete(name);
    this.#exported.delete(name);
  }

  export(name: string): void {
    this.#exported.add(name);
  }

  names(): string[] {
    return [...this.#values.keys()].sort();
  }

  /** What child processes are given. */
  environment(): Record<string, string> {
    const entries = [...this.#exported].flatMap((name): [string, string][] => {
      const value = this.#values.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(entries);
  }
}
