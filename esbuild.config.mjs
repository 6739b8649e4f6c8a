// Bundles src/ into dist/: one ES5 entry that checks the Node version, then ESM chunks.
// Heavy libraries sit behind import() in the sources, so splitting makes them lazy chunks here.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
const dist = join(root, 'dist');
// Built beside and swapped in at the end, so that a program that runs from dist/ finds its chunks until then.
const out = join(root, `.dist-${process.pid}`);
const stamp = join(dist, '.built');
const inputs = ['src', 'package.json', 'package-lock.json', 'esbuild.config.mjs'].map((name) => join(root, name));

function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return inputs.every((path) => newest(path) <= built);
}

/** Licences ask that their text travels with the code; the bundle holds the code of many packages. */
function writeLicences(metafile) {
  const packages = new Set(
    Object.keys(metafile.inputs)
      .map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
      .filter(Boolean),
  );
  const sections = [...packages].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), sections.join(`\n${'-'.repeat(80)}\n\n`));
}

/**
 * Ink's layout engine fetches its WebAssembly from a data: URL of its own, which makes Node load its HTTP client before
 * the first frame. Told that there is no fetch, it decodes the same bytes at once.
 */
const layoutWithoutFetch = {
  name: 'layout-without-fetch',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replaceAll('"function"!=typeof fetch', 'true');
      if (contents === text) throw new Error('yoga-layout loads its code in another way now; see layoutWithoutFetch');
      return { contents, loader: 'js' };
    });
  },
};

/**
 * An import of node:http reads every export, and three of them are getters that load Node's whole WebSocket and fetch
 * client: 80 ms and several megabytes for each of our processes, none of which uses them. Taken one by one they cost nothing.
 */
const httpWithoutWebSocket = {
  name: 'http-without-websocket',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: 'builtin', sideEffects: false } : undefined,
    );
    onLoad({ filter: /^http$/, namespace: 'builtin' }, () => {
      const lazy = ['WebSocket', 'CloseEvent', 'MessageEvent'];
      const names = Object.keys(http).filter((name) => !lazy.includes(name));
      const lines = ["const http = process.getBuiltinModule('node:http');", 'export default http;'];
      return { contents: [...lines, `export const { ${names.join(', ')} } = http;`].join('\n'), loader: 'js' };
    });
  },
};

/**
 * string-width builds a regular expression of all emoji when it is loaded: 35 ms before the first frame, which has none.
 * Built when the first text asks for it, it measures the same.
 */
const emojiOnDemand = {
  name: 'emoji-on-demand',
  setup({ onLoad }) {
    onLoad({ filter: /string-width[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace(
        /^const emojiPrefixRegex = (\/.+\/v);$/m,
        (_, literal) => `let allEmoji;
const emojiPrefixRegex = {
  exec: text => (allEmoji ??= ${literal}).exec(text),
  test: text => (allEmoji ??= ${literal}).test(text),
};`,
      );
      if (contents === text) throw new Error('string-width knows emoji in another way now; see emojiOnDemand');
      return { contents, loader: 'js' };
    });
  },
};

/**
 * The Kubernetes client comes with a class for each kind of each API version: four megabytes, where we read a kubeconfig
 * and forward ports. Its modules do nothing but declare, though its package.json does not say so.
 */
const clientWithoutModels = {
  name: 'client-without-models',
  setup({ onResolve }) {
    const library = join('@kubernetes', 'client-node', 'dist');
    onResolve({ filter: /^\.\.?\/.+\.js$/ }, ({ path, importer }) =>
      importer.includes(library) && !path.endsWith('polyfill.js')
        ? { path: join(dirname(importer), path), sideEffects: false }
        : undefined,
    );
  },
};

/** The instructor's page, which the class server hands to browsers: three files and an icon, nothing inline. */
async function bundlePage() {
  const page = join(root, 'src/classroom/page/browser');
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(page, 'main.ts'), out: 'page' },
      { in: join(page, 'page.css'), out: 'page' },
    ],
    outdir: join(out, 'page/instructor'),
    bundle: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(page, name), join(out, 'page/instructor', name));
  // Whoever comes without the instructor's link is told how to join.
  copyFileSync(join(page, 'index.html'), join(out, 'page/index.html'));
}

async function bundle() {
  const entries = ['main', 'sandbox/server', 'sandbox/bin/az', 'sandbox/bin/osm', 'sandbox/bin/kubectl'];
  const startedAt = new Date();
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
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
    metafile: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Ink imports its devtools only when DEV is set; left external it would become a hoisted import that fails at start.
    // yaml's build for Node is CommonJS, whose named exports an import() of a chunk does not have; the other one is ESM.
    // Ink brings an older string-width, which does not agree with ours on all emoji: one screen is measured by one ruler.
    alias: {
      'react-devtools-core': join(root, 'src/tui/no-devtools.ts'),
      'string-width': join(root, 'node_modules/string-width/index.js'),
      yaml: join(root, 'node_modules/yaml/browser/index.js'),
    },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [clientWithoutModels, layoutWithoutFetch, httpWithoutWebSocket, emojiOnDemand],
    logLevel: 'warning',
  });
  await bundlePage();
  copyFileSync(join(root, 'src/meshwalk.cjs'), join(out, 'meshwalk.cjs'));
  writeLicences(metafile);
  writeFileSync(join(out, '.built'), '');
  utimesSync(join(out, '.built'), startedAt, startedAt);
  rmSync(dist, { recursive: true, force: true });
  renameSync(out, dist);
}

try {
  if (!process.argv.includes('--if-stale') || !isFresh()) await bundle();
} finally {
  rmSync(out, { recursive: true, force: true });
}
