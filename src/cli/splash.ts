/**
 * Whether `meshwalk` is about to open the screen, read off the arguments before the command line's parser is loaded.
 * A wrong guess costs a line of text. Imports nothing.
 */
const withValue = [
  ...['--world', '--pace', '--profile', '--course', '--lessons', '--lang', '--theme'],
  ...['--context', '--subscription', '--group', '--cluster', '--region', '--nodes', '--node-size'],
];
const withoutScreen = ['-h', '--help', '-V', '--version'];

export function opensScreen(args: readonly string[]): boolean {
  const [first, ...rest] = args;
  if (first === undefined) return true;
  if (!first.startsWith('-') || withoutScreen.includes(first)) return false;
  return opensScreen(withValue.includes(first) ? rest.slice(1) : rest);
}
