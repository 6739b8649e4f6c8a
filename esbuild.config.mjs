// Bundles src/ into dist/: one ES5 entry that checks the Node version, then ESM chunks.
// Heavy libraries sit behind import() in the sources, so splitting makes them lazy chunks here.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
const out = join(root, 'dist');

function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const stamp = join(out, '.built');
const inputs = ['src', 'package.json', 'package-lock.json', 'esbuild.config.mjs'].map((name) => join(root, name));
if (
  process.argv.includes('--if-stale') &&
  existsSync(stamp) &&
  inputs.every((path) => newest(path) <= statSync(stamp).mtimeMs)
) {
  process.exit(0);
}

const entries = ['main', 'sandbox/server', 'sandbox/bin/az', 'sandbox/bin/osm', 'sandbox/bin/kubectl'];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: entries
    .filter((name) => existsSync(join(root, 'src', `${name}.ts`)))
    .map((name) => ({ in: `src/${name}.ts`, out: name.split('/').at(-1) })),
  outdir: out,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink imports its devtools only when DEV is set; left external it would become a hoisted import that fails at start.
  alias: { 'react-devtools-core': join(root, 'src/tui/no-devtools.ts') },
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
copyFileSync(join(root, 'src/meshwalk.cjs'), join(out, 'meshwalk.cjs'));
writeFileSync(stamp, '');
