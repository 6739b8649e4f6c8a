import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AzIo } from './command.ts';
import { askYesNo } from './confirm.ts';
import { AzError } from './errors.ts';

/** Merging one kubeconfig into another, as `az aks get-credentials` does it. Knows no Azure. */
interface Entry {
  name: string;
  [field: string]: unknown;
}

interface KubeConfig {
  clusters?: Entry[] | null;
  contexts?: Entry[] | null;
  users?: Entry[] | null;
  'current-context'?: string;
  [field: string]: unknown;
}

const lists = ['clusters', 'users', 'contexts'] as const;

async function parseConfig(text: string, path: string): Promise<KubeConfig> {
  const { parse } = await import('yaml');
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    throw new AzError(`Error parsing ${path} (it is not YAML)`);
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw new AzError(`failed to load kubernetes configuration from ${path}`);
  return parsed as KubeConfig;
}

/** Whether a list of the same name may be replaced; asks once for each object that differs. */
async function mayReplace(io: AzIo, list: string, name: string): Promise<void> {
  const refused = new AzError(`A different object named ${name} already exists in ${list} in your kubeconfig file.`);
  if (!io.isInteractive) throw refused;
  io.out(`A different object named ${name} already exists in your kubeconfig file.\n`);
  if (!(await askYesNo(io, 'Overwrite?'))) throw refused;
}

async function mergeList(
  io: AzIo,
  existing: KubeConfig,
  added: KubeConfig,
  list: (typeof lists)[number],
  overwrite: boolean,
): Promise<boolean> {
  const merged = [...(existing[list] ?? [])];
  let asked = overwrite;
  for (const entry of added[list] ?? []) {
    const at = merged.findIndex((one) => one.name === entry.name);
    if (at < 0) {
      merged.push(entry);
      continue;
    }
    if (JSON.stringify(merged[at]) !== JSON.stringify(entry) && !asked) {
      await mayReplace(io, list, entry.name);
      asked = true;
    }
    merged[at] = entry;
  }
  existing[list] = merged;
  return asked;
}

function warnOfLooseMode(io: AzIo, path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  io.warn(`${path} has permissions "${mode.toString(8)}".\nIt should be readable and writable only by its owner.`);
}

export interface MergeOptions {
  path: string;
  overwrite: boolean;
  /** Another name for the context. */
  contextName: string;
}

export async function mergeKubeconfig(io: AzIo, addedText: string, options: MergeOptions): Promise<void> {
  const { stringify } = await import('yaml');
  const added = await parseConfig(addedText, 'the answer of the service');
  const [context] = added.contexts ?? [];
  if (options.contextName && context) {
    context.name = options.contextName;
    added['current-context'] = options.contextName;
  }
  const current = added['current-context'] ?? '';
  if (options.path === '-') {
    io.out(stringify(added, { lineWidth: 0 }));
    return;
  }
  const { path } = options;
  const existed = existsSync(path);
  const existing = existed ? await parseConfig(readFileSync(path, 'utf8'), path) : {};
  let overwrite = options.overwrite;
  for (const list of lists) overwrite = await mergeList(io, existing, added, list, overwrite);
  const whole = { apiVersion: 'v1', kind: 'Config', preferences: {}, ...existing, 'current-context': current };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.tmp`;
  // A kubeconfig keeps the mode that its owner gave it.
  writeFileSync(beside, stringify(whole, { lineWidth: 0 }), { mode: existed ? statSync(path).mode & 0o777 : 0o600 });
  renameSync(beside, path);
  warnOfLooseMode(io, path);
  io.warn(`Merged "${current}" as current context in ${path}`);
}
