// A robot at a terminal: starts a program on a pseudo terminal, presses keys, and reads what a person would see.
import { spawn } from '@lydell/node-pty';
import headless from '@xterm/headless';

const { Terminal } = headless;

export interface PtyOptions {
  file: string;
  args?: readonly string[];
  /** The whole environment; nothing of the test runner's leaks in. TERM is `xterm-256color` unless it says otherwise. */
  environment?: Readonly<Record<string, string>>;
  folder?: string;
  columns?: number;
  rows?: number;
}

export interface PtyEnd {
  exitCode: number;
  signal: number | undefined;
}

const keys: Readonly<Record<string, string>> = {
  enter: '\r',
  escape: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
  delete: '\u001b[3~',
  backspace: '\u007f',
  tab: '\t',
  space: ' ',
  'alt-enter': '\u001b\r',
};

export type HeadlessTerminal = InstanceType<typeof Terminal>;

export class PtySession {
  readonly terminal: HeadlessTerminal;
  /** Resolves when the program ended and its last words are on the screen. */
  readonly ended: Promise<PtyEnd>;
  readonly pid: number;
  /** Every byte that the program wrote. */
  raw = '';
  /** Called with what the program writes, as it arrives. */
  onOutput: ((data: string) => void) | undefined;
  #changed = new Set<() => void>();
  #end: PtyEnd | undefined;
  readonly #pty: ReturnType<typeof spawn>;

  constructor(options: PtyOptions) {
    const { columns = 80, rows = 24 } = options;
    const environment = { TERM: 'xterm-256color', ...options.environment };
    this.terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
    // node-pty sets TERM from `name`, over what the environment says.
    this.#pty = spawn(options.file, [...(options.args ?? [])], {
      name: environment.TERM,
      cols: columns,
      rows,
      cwd: options.folder ?? process.cwd(),
      env: environment,
    });
    this.pid = this.#pty.pid;
    // Answers of the terminal to questions of the program.
    this.terminal.onData((reply) => this.#pty.write(reply));
    this.#pty.onData((data) => {
      this.raw += data;
      this.onOutput?.(data);
      this.terminal.write(data, () => this.#tell());
    });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.terminal.write('', () => {
          this.#end = { exitCode, signal };
          this.#tell();
          resolve(this.#end);
        });
      });
    });
  }

  /** What is seen now, one line a row, without blanks at the ends of rows. */
  screen(): string {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: this.terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  }

  /** On the alternate screen, as full-screen programs are. */
  isFullScreen(): boolean {
    return this.terminal.buffer.active.type === 'alternate';
  }

  write(text: string): void {
    this.#pty.write(text);
  }

  /** A key by its name (`enter`, `ctrl-c`), or a character. */
  press(key: string): void {
    const control = /^ctrl-([a-z])$/.exec(key)?.[1];
    this.write(control ? String.fromCharCode(control.charCodeAt(0) - 96) : (keys[key] ?? key));
  }

  /** As a terminal with bracketed paste sends it. */
  paste(text: string): void {
    this.write(`\u001b[200~${text.replaceAll('\n', '\r')}\u001b[201~`);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Resolves once the screen satisfies `wanted`; rejects with the screen when the program ends or time is up. */
  waitFor(wanted: (screen: string) => boolean, what: string, limitMs = 60_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#changed.delete(look);
      };
      const look = () => {
        const screen = this.screen();
        if (wanted(screen)) {
          finish();
          resolve(screen);
        } else if (this.#end) {
          finish();
          reject(new Error(`the program ended before: ${what}\n${screen}`));
        }
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`never seen: ${what}\n${this.screen()}`));
      }, limitMs);
      this.#changed.add(look);
      if (!this.terminal.modes.synchronizedOutputMode) look();
    });
  }

  waitForText(text: string, limitMs?: number): Promise<string> {
    return this.waitFor((screen) => screen.includes(text), JSON.stringify(text), limitMs);
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }

  async close(): Promise<void> {
    if (!this.#end) this.#pty.kill('SIGKILL');
    await this.ended;
    this.terminal.dispose();
  }

  #tell(): void {
    // Between the marks of a synchronized update a frame is half written, and a terminal does not show it.
    if (this.terminal.modes.synchronizedOutputMode && !this.#end) return;
    for (const look of [...this.#changed]) look();
  }
}
