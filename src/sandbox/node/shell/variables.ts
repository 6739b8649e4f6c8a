import { ScriptError } from './syntax.ts';

/** What a variable was before a function made one of its own of this name. */
interface Shadowed {
  value: string | undefined;
  isExported: boolean;
}

/** A loop in a script may make as many as it likes; this is where that ends. */
const mostCharacters = 16 << 20;

/** A shell's variables and parameters, with what is exported. Copies serve subshells. */
export class ShellVariables {
  readonly #values = new Map<string, string>();
  #length = 0;
  readonly #exported = new Set<string>();
  readonly #scopes: Map<string, Shadowed>[] = [];
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
    // What the copy shadows need not come back: it ends first.
    for (const _ of this.#scopes) copy.enter();
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
        return this.positional.length > 0 ? this.positional.join(this.#separator(name)) : undefined;
      case '-':
        return '';
      case '0':
        return this.name;
      default:
        return /^\d+$/.test(name) ? this.positional[Number(name) - 1] : this.#values.get(name);
    }
  }

  /** POSIX: "$*" joins with the first character of IFS. */
  #separator(name: '@' | '*'): string {
    return name === '@' ? ' ' : (this.#values.get('IFS') ?? ' ').slice(0, 1);
  }

  /** A function, or a command with assignments of its own, begins. */
  enter(): void {
    this.#scopes.push(new Map());
  }

  /** It is over: what it shadowed is as it was. */
  leave(): void {
    for (const [name, { value, isExported }] of this.#scopes.pop() ?? []) {
      this.unset(name);
      if (value !== undefined) this.set(name, value);
      if (isExported) this.#exported.add(name);
    }
  }

  /** From here to the end of the scope the name means another variable. */
  shadow(name: string): void {
    const scope = this.#scopes.at(-1);
    if (scope && !scope.has(name)) {
      scope.set(name, { value: this.#values.get(name), isExported: this.#exported.has(name) });
    }
  }

  set(name: string, value: string): void {
    this.#put(name, value);
  }

  #put(name: string, value: string | undefined): void {
    const old = this.#values.get(name);
    const length = this.#length - lengthOf(name, old) + lengthOf(name, value);
    if (length > mostCharacters) throw new ScriptError('variables are larger than this sandbox keeps in memory');
    this.#length = length;
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#put(name, undefined);
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

const lengthOf = (name: string, value: string | undefined) =>
  value === undefined ? 0 : name.length + value.length + 64;
