import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isSandboxMeant, opensScreen } from './cli/splash.ts';
import { languageIn, languageOf } from './words/language.ts';
import { splash } from './words/splash.ts';

/**
 * Argv in, exit code out; the only process.exit. What everybody waits for (the version, the first words on the screen)
 * comes before anything heavy is loaded. Knows no subcommand.
 */
const args = process.argv.slice(2);
// This file lies one folder below, in a clone (src/) as in the package (dist/).
const root = new URL('../', import.meta.url);

// A reader that left (`meshwalk status | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`);
} else {
  if (opensScreen(args) && process.stdout.isTTY) {
    const words = splash[languageOf(languageIn(args), process.env)];
    process.stdout.write(`${isSandboxMeant(args) ? words.sandbox : words.elsewhere}\n`);
  }
  const { main } = await import('./cli/program.ts');
  const code = await main(args, { version: version(), root: fileURLToPath(root) });
  // A pipe may still hold the last words.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(code);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(found);
}
