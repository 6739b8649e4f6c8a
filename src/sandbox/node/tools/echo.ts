import type { Tool } from '../processes/process.ts';

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '0': '\0',
  e: '\x1b',
};

/** Backslash sequences as echo -e and printf know them. */
export const unescaped = (text: string): string =>
  text.replaceAll(/\\(x[0-9a-fA-F]{1,2}|0[0-7]{1,3}|[\s\S])/g, (whole, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^0[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return escapes[code] ?? whole;
  });

export const echo: Tool = {
  async run(process) {
    const words = process.argv.slice(1);
    let letters = '';
    while (/^-[neE]+$/.test(words[0] ?? '')) letters += words.shift();
    const text = words.join(' ');
    await process.stdout.write(`${letters.includes('e') ? unescaped(text) : text}${letters.includes('n') ? '' : '\n'}`);
    return 0;
  },
};

/** One conversion such as %-5s. */
const conversion = /%([-0 +]*)(\d*)(?:\.(\d+))?([sdiuxXofcb%])/g;

function converted(flags: string, width: string, precision: string | undefined, kind: string, value: string): string {
  const number = Number(value || 0);
  const texts: Record<string, () => string> = {
    s: () => (precision === undefined ? value : value.slice(0, Number(precision))),
    b: () => unescaped(value),
    c: () => value.slice(0, 1),
    x: () => Math.trunc(number).toString(16),
    X: () => Math.trunc(number).toString(16).toUpperCase(),
    o: () => Math.trunc(number).toString(8),
    f: () => number.toFixed(Number(precision ?? 6)),
  };
  const text = texts[kind]?.() ?? String(Math.trunc(number));
  if (flags.includes('-')) return text.padEnd(Number(width));
  return text.padStart(Number(width), flags.includes('0') && kind !== 's' ? '0' : ' ');
}

/** The format is used again until no argument is left. */
export const printf: Tool = {
  async run(process) {
    const [format = '', ...values] = process.argv.slice(1);
    do {
      const before = values.length;
      const text = unescaped(format).replaceAll(conversion, (_, flags, width, precision, kind) =>
        kind === '%' ? '%' : converted(flags, width, precision, kind, values.shift() ?? ''),
      );
      await process.stdout.write(text);
      if (values.length === before) break;
    } while (values.length > 0);
    return 0;
  },
};
