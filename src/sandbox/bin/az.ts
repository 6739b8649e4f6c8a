import type { AzCommand, AzIo, Invocation, Values } from './az/command.ts';
import { AzError, fromService } from './az/errors.ts';
import { processIo } from './program-io.ts';

/**
 * The `az` command of the sandbox, with the outputs and words of azure-cli. It reaches the sandbox's Resource Manager
 * through AZURE_CONFIG_DIR, and nothing else: it cannot speak to real Azure.
 */
const red = (text: string) => `\x1b[91m${text}\x1b[0m`;
const yellow = (text: string) => `\x1b[33m${text}\x1b[0m`;
const hasColour = () => process.stderr.isTTY === true && !process.env['NO_COLOR'];
const spinnerMs = 150;

function printError(error: AzError): void {
  process.stderr.write(hasColour() ? `${red(error.message)}\n` : `ERROR: ${error.message}\n`);
  if (error.advice.length > 0) process.stderr.write(`${error.advice.join('\n')}\n`);
}

async function running<T>(work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work;
  const frames = ['-', '\\', '|', '/'];
  let turn = 0;
  const draw = setInterval(() => {
    process.stderr.write(`\r ${frames[turn++ % frames.length]} Running ..`);
  }, spinnerMs);
  try {
    return await work;
  } finally {
    clearInterval(draw);
    process.stderr.write('\r\x1b[K');
  }
}

function azIo(onlyShowErrors: boolean): AzIo {
  return {
    ...processIo(),
    isInteractive: process.stdin.isTTY === true,
    running,
    warn(text) {
      if (!onlyShowErrors) process.stderr.write(hasColour() ? `${yellow(text)}\n` : `WARNING: ${text}\n`);
    },
  };
}

/** Once more when a service had to be registered first. */
async function runRegistered(command: AzCommand, invocation: Invocation): Promise<unknown> {
  try {
    return await command.run(invocation);
  } catch (error) {
    const { isMissingRegistration, registerFor } = await import('./az/provider.ts');
    if (!isMissingRegistration(error)) throw error;
    await registerFor(error, invocation.connection, (text) => invocation.io.warn(text));
    return command.run(invocation);
  }
}

async function runCommand(command: AzCommand, values: Values): Promise<number> {
  const [{ openConnection }, { formatOutput }] = await Promise.all([
    import('./az/connection.ts'),
    import('./az/output.ts'),
  ]);
  const text = (key: string, fallback = '') => {
    const value = values[key];
    return typeof value === 'string' ? value : fallback;
  };
  const io = azIo(values['onlyShowErrors'] === true);
  const invocation: Invocation = {
    values,
    text,
    isOn: (key) => values[key] === true,
    io,
    connection: openConnection(process.env, text('subscription') || undefined),
  };
  const result = await runRegistered(command, invocation);
  if (result === undefined) return 0;
  const format = text('output', 'json');
  const shown = format === 'table' && command.tableRows && !text('query') ? command.tableRows(result) : result;
  const query = text('query') || undefined;
  process.stdout.write(await formatOutput(shown, { format, query, table: command.table }));
  return 0;
}

/** Known before any other module is loaded, so that `az version` is quick. */
const versionWords = ['version', '--version', '-v'];

async function main(words: readonly string[]): Promise<number> {
  if (words.length <= 1 && versionWords.includes(words[0] ?? '')) {
    const { azVersion } = await import('./az/version.ts');
    process.stdout.write(azVersion(words[0] ?? ''));
    return 0;
  }
  const { findCommand } = await import('./az/commands.ts');
  const found = findCommand(words);
  if (found.type === 'help') {
    process.stdout.write(found.text);
    return 0;
  }
  const { parseArguments } = await import('./az/parse-arguments.ts');
  const values = parseArguments(found.command, found.rest);
  if (values['help']) {
    const { commandHelp } = await import('./az/help.ts');
    process.stdout.write(commandHelp(found.command));
    return 0;
  }
  try {
    return await runCommand(found.command, values);
  } catch (error) {
    throw fromService(error, found.command.isShow === true) ?? error;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof AzError)) throw error;
  printError(error);
  process.exitCode = error.exitCode;
}
