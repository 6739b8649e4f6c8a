// npm runs this around packing. Everything the program needs is bundled into dist/, so the published package names no
// dependencies: no Node binaries (they are for clones on an old system Node), no second copy of what is in the bundle.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = join(import.meta.dirname, 'package.json');
const original = join(import.meta.dirname, '.package.json.orig');

if (process.argv[2] === 'restore') {
  if (existsSync(original)) renameSync(original, manifest);
} else {
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(original, text);
  const { dependencies, devDependencies, optionalDependencies, scripts, ...published } = JSON.parse(text);
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}
