import type { ContainerContext } from '../program.ts';

/**
 * Log lines of the demo applications, as zerolog's ConsoleWriter paints them: colours always on, local time (UTC in a
 * container) to the minute. It does not know which application logs.
 */
export interface ConsoleLog {
  /** `file` is what Go's caller hook prints: `bookstore.go:109`. */
  info(message: string, file: string): void;
  error(message: string, file: string, cause: string): void;
  fatal(message: string, file: string, cause: string): void;
}

const paint = (code: number, text: string) => `\x1b[${code}m${text}\x1b[0m`;
const [bold, red, green, cyan, grey] = [1, 31, 32, 36, 90];

/** Go's time.Kitchen: `10:30AM`. */
function kitchenTime(ms: number): string {
  const time = new Date(ms);
  const hour = time.getUTCHours();
  return `${hour % 12 || 12}:${String(time.getUTCMinutes()).padStart(2, '0')}${hour < 12 ? 'AM' : 'PM'}`;
}

/** Go's %q for the characters that occur here. */
export function goQuote(text: string): string {
  const escaped = [...text].map((char) => {
    if (char === '"' || char === '\\') return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x20 && code !== 0x7f) return char;
    const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    return short[char] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

const quoteIfNeeded = (text: string) => (/[\s"\\]|[^\x20-\x7e]/.test(text) ? goQuote(text) : text);

export function consoleLog(context: Pick<ContainerContext, 'clock' | 'stdout'>, component: string): ConsoleLog {
  const write = (level: string, message: string, file: string, cause?: string) => {
    const fields = [
      ...(cause === undefined ? [] : [`${paint(red, 'error=')}${paint(red, quoteIfNeeded(cause))}`]),
      `${paint(cyan, 'component=')}${component}`,
      `${paint(cyan, 'file=')}${file}`,
    ];
    const time = paint(grey, kitchenTime(context.clock.now()));
    context.stdout(`${time} ${level} ${message} ${fields.join(' ')}\n`);
  };
  return {
    info: (message, file) => write(paint(green, 'INF'), message, file),
    error: (message, file, cause) => write(paint(bold, paint(red, 'ERR')), message, file, cause),
    fatal: (message, file, cause) => write(paint(bold, paint(red, 'FTL')), message, file, cause),
  };
}
