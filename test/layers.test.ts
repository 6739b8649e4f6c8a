import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

/** Which folder may import from which, types included. Everyone may import fault.ts and their own folder. */
const mayImport: Record<string, readonly string[]> = {
  words: [],
  'fault.ts': ['words'],
  platform: [],
  kube: [],
  sandbox: ['kube', 'platform'],
  world: ['kube', 'platform'],
  preflight: ['words', 'world', 'kube', 'platform'],
  check: ['words', 'world', 'kube', 'platform'],
  lesson: ['check', 'world', 'kube', 'platform'],
  progress: ['platform'],
  session: ['words', 'progress', 'lesson', 'check', 'world', 'platform'],
  classroom: ['words', 'progress', 'platform'],
  tui: ['words', 'session', 'progress', 'classroom', 'lesson', 'check', 'world', 'platform'],
  cli: [
    'words',
    'tui',
    'preflight',
    'session',
    'progress',
    'classroom',
    'lesson',
    'check',
    'world',
    'sandbox',
    'kube',
    'platform',
  ],
  'main.ts': ['cli', 'words'],
};

/** Single imports that the table forbids, each with its reason. */
const exceptions: Record<string, Record<string, string>> = {
  'world/sandbox-world.ts': { sandbox: 'the one place that names the sandbox' },
  'world/sandbox-snapshots.ts': { sandbox: 'its part that reads what the sandbox kept of itself' },
};

/** No clock, no I/O, no randomness, no React, no Node module. A trailing slash means the whole folder. */
const pureFiles = [
  'session/transition.ts',
  'session/state.ts',
  'session/events.ts',
  'session/recall.ts',
  'session/review.ts',
  'progress/summary.ts',
  'progress/surprises.ts',
  'progress/timeline.ts',
  'progress/ways-back.ts',
  'world/changes/',
  'classroom/protocol.ts',
  'classroom/parse.ts',
  'classroom/plain-text.ts',
  'classroom/class-command.ts',
  'classroom/roster.ts',
  'classroom/durations.ts',
  'classroom/figures.ts',
  'classroom/export.ts',
  'classroom/page/view/',
  'tui/view/',
  'tui/keymap.ts',
  'sandbox/apiserver/authorization/policy-rule.ts',
  'sandbox/apiserver/authorization/rbac.ts',
  'sandbox/mesh/osm/policy/',
  'sandbox/mesh/route.ts',
  'sandbox/mesh/filter-chain.ts',
  'sandbox/mesh/network-rbac.ts',
  'sandbox/mesh/envoy-json.ts',
  'sandbox/node/shell/syntax.ts',
  'sandbox/node/shell/parser.ts',
  'sandbox/node/shell/word-parser.ts',
  'sandbox/node/shell/arithmetic.ts',
  'sandbox/node/tools/curl/command-line.ts',
  'sandbox/node/tools/fortio/statistics.ts',
  'lesson/parse.ts',
  'words/',
];

const pureMayImportFromNode = new Map([['lesson/parse.ts', ['node:crypto']]]);

const sources = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(
    /(?:^|[^.\w])(?:import|export)\b[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** What is loaded along with a file: neither its types nor what it asks for later. */
function valueImportsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?from\s*)?['"]([^'"]+)['"]/gm);
  return [...found].flatMap(([statement, target]) => {
    const names = /\{([^}]*)\}/.exec(statement)?.[1];
    const isTypes =
      names !== undefined &&
      !/^import\s+\w/.test(statement) &&
      names.split(',').every((name) => /^\s*(type\s|$)/.test(name));
    return isTypes || target === undefined ? [] : [target];
  });
}

const folderOf = (file: string) => file.split('/')[0] ?? file;

describe('the layers of src/', () => {
  it('imports go only where the table allows', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(src, resolve(src, dirname(file), target)).replaceAll('\\', '/'))
        .filter((target) => {
          const [from, to] = [folderOf(file), folderOf(target)];
          if (from === to || target === 'fault.ts') return false;
          return !(mayImport[from]?.includes(to) || exceptions[file]?.[to]);
        })
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('pure files touch no clock, no I/O, no randomness and no React', () => {
    const isPure = (file: string) =>
      pureFiles.some((pure) => (pure.endsWith('/') ? file.startsWith(pure) : file === pure));
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|process\.|fetch\()/;
    const wrong = sources.filter(isPure).flatMap((file) => {
      const badImports = importsOf(file).filter(
        (target) =>
          (/^(node:|react$|ink$|execa$)/.test(target) || target.includes('platform/clock')) &&
          !pureMayImportFromNode.get(file)?.includes(target),
      );
      const badCalls = impure.exec(readFileSync(join(src, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
      return [...badImports, ...(badCalls ? [badCalls[0]] : [])].map((what) => `${file} uses ${what}`);
    });
    expect(wrong).toEqual([]);
  });

  it('the first frame loads no library but those that draw it', () => {
    const reached = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const target of valueImportsOf(file)) {
        if (target.startsWith('.')) visit(relative(src, resolve(src, dirname(file), target)).replaceAll('\\', '/'));
        else if (!target.startsWith('node:')) packages.add(target);
      }
    };
    for (const file of ['main.ts', 'cli/start.ts', 'tui/terminal.tsx', 'tui/components/screen.tsx']) visit(file);
    expect([...packages].sort()).toEqual(['commander', 'ink', 'react', 'string-width']);
  });

  it('React lives only in tui/', () => {
    const wrong = sources.filter(
      (file) => folderOf(file) !== 'tui' && importsOf(file).some((target) => /^(react|ink)(\/|$)/.test(target)),
    );
    expect(wrong).toEqual([]);
  });

  it('files stop at 400 lines, unless line 1 says why they are tables', () => {
    const wrong = sources.filter((file) => {
      const lines = readFileSync(join(src, file), 'utf8').split('\n');
      return lines.length > 401 && !/^\/\/ Table:/.test(lines[0] ?? '');
    });
    expect(wrong).toEqual([]);
  });

  it('the top level holds only what was agreed', () => {
    const agreed =
      /^(\..+|package(-lock)?\.json|tsconfig\.json|src|lessons|manifests|test|README\.md|CHANGELOG\.md|LICENSE|biome\.json|vitest\.config\.ts|esbuild\.config\.mjs|node_modules|dist)$/;
    expect(readdirSync(root).filter((name) => !agreed.test(name))).toEqual([]);
  });
});
