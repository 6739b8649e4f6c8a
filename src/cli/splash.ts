/**
 * Whether `meshwalk` is about to open the screen, read off the arguments before the command line's parser is loaded.
 * A wrong guess costs a line of text. Imports nothing.
 */
const withValue = [
  ...['--world', '--pace', '--profile', '--course', '--lessons', '--lang', '--theme'],
  ...['--context', '--subscription', '--group', '--cluster', '--region', '--nodes', '--node-size'],
];
const withoutScreen = ['-h', '--help', '-V', '--version'];

/** In a world of the learner's own nothing is made ready before they agreed to it. */
export const isSandboxMeant = (args: readonly string[]): boolean =>
  !args.some((arg, index) =>
    arg === '--world' ? args[index + 1] !== 'sandbox' : arg.startsWith('--world=') && arg !== '--world=sandbox',
  );

export function opensScreen(args: readonly string[]): boolean {
  const [first, ...rest] = args;
  if (first === undefined) return true;
  if (!first.startsWith('-') || withoutScreen.includes(first)) return false;
  return opensScreen(withValue.includes(first) ? rest.slice(1) : rest);
}
