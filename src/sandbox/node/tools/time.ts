import type { Tool } from '../processes/process.ts';
import { complain } from './options.ts';

const secondsPer: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

export const sleep: Tool = {
  async run(process) {
    const texts = process.argv.slice(1);
    if (texts.length === 0) return complain(process, 'missing operand');
    let seconds = 0;
    for (const text of texts) {
      const [, number, unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+|inf(?:inity)?)([smhd]?)$/.exec(text) ?? [];
      if (number === undefined) return complain(process, `invalid number '${text}'`);
      seconds += number.startsWith('inf') ? Number.POSITIVE_INFINITY : Number(number) * (secondsPer[unit || 's'] ?? 1);
    }
    await process.system.rest(seconds * 1000, process.signal);
    return 0;
  },
};

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** strftime(3) in UTC, the time zone of containers. */
export function strftime(format: string, date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const fields: Record<string, () => string> = {
    Y: () => String(date.getUTCFullYear()),
    m: () => two(date.getUTCMonth() + 1),
    d: () => two(date.getUTCDate()),
    e: () => String(date.getUTCDate()).padStart(2),
    H: () => two(date.getUTCHours()),
    M: () => two(date.getUTCMinutes()),
    S: () => two(date.getUTCSeconds()),
    N: () => String(date.getUTCMilliseconds() * 1_000_000).padStart(9, '0'),
    s: () => String(Math.floor(date.getTime() / 1000)),
    a: () => days[date.getUTCDay()] ?? '',
    b: () => months[date.getUTCMonth()] ?? '',
    Z: () => 'UTC',
    z: () => '+0000',
    '%': () => '%',
  };
  const whole = format.replaceAll('%F', '%Y-%m-%d').replaceAll('%T', '%H:%M:%S').replaceAll('%R', '%H:%M');
  return whole.replaceAll(/%([A-Za-z%])/g, (text, letter: string) => fields[letter]?.() ?? text);
}

export const date: Tool = {
  async run(process) {
    const args = process.argv.slice(1).filter((arg) => arg !== '-u');
    const [format = '+%a %b %e %H:%M:%S UTC %Y', ...rest] = args.map((arg) =>
      arg === '-Iseconds' ? '+%FT%T+00:00' : arg,
    );
    if (!format.startsWith('+') || rest.length > 0)
      return complain(process, `can't set the time here: '${args.join(' ')}'`);
    await process.stdout.write(`${strftime(format.slice(1), new Date(process.system.clock.now()))}\n`);
    return 0;
  },
};
