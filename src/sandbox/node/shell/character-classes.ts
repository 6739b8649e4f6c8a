/** The classes of POSIX's bracket expressions, in the C locale: the one that containers have. Pure. */
const isIn = (from: string, to: string) => (code: number) => code >= from.charCodeAt(0) && code <= to.charCodeAt(0);
const isUpper = isIn('A', 'Z');
const isLower = isIn('a', 'z');
const isDigit = isIn('0', '9');
const isGraph = isIn('!', '~');
const isAlpha = (code: number) => isUpper(code) || isLower(code);
const isAlnum = (code: number) => isAlpha(code) || isDigit(code);

const classes: ReadonlyMap<string, (code: number) => boolean> = new Map([
  ['alnum', isAlnum],
  ['alpha', isAlpha],
  ['blank', (code) => code === 32 || code === 9],
  ['cntrl', (code) => code < 32 || code === 127],
  ['digit', isDigit],
  ['graph', isGraph],
  ['lower', isLower],
  ['print', (code) => code === 32 || isGraph(code)],
  ['punct', (code) => isGraph(code) && !isAlnum(code)],
  ['space', (code) => code === 32 || (code >= 9 && code <= 13)],
  ['upper', isUpper],
  ['xdigit', (code) => isDigit(code) || isIn('A', 'F')(code) || isIn('a', 'f')(code)],
]);

/** Undefined when there is no such class. */
export const characterClass = (name: string): ((code: number) => boolean) | undefined => classes.get(name);
