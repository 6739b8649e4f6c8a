import { execFile } from 'node:child_process';
import { delimiter, sep } from 'node:path';
import { faultOf } from '../fault.ts';
import { findProgram } from '../platform/programs.ts';

/**
 * What a command's process gets from the learner's own environment. Everything else stays behind: npm's and Node's
 * variables change what programs do, and credentials of a real cloud have no business in a sandbox.
 */
const kept = [
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  // Windows programs do not start without these.
  'SYSTEMROOT',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'COMSPEC',
  'TEMP',
  'TMP',
];

export function keptEnvironment(learner: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const environment: Record<string, string> = { TERM: 'xterm-256color' };
  for (const [name, value] of Object.entries(learner)) {
    const isKept = kept.includes(name.toUpperCase()) || name.startsWith('LC_');
    if (value !== undefined && isKept) environment[name] = value;
  }
  return environment;
}

/**
 * Beside that, what programs need that log in to a real cluster or cloud by themselves: their own settings, the way out
 * of a company's network, and whom to trust there.
 */
const keptForLogins =
  /^(?:AZURE_|AAD_|AWS_|CLOUDSDK_|GOOGLE_|USE_GKE_|(?:HTTPS?|NO|ALL)_PROXY$|SSL_CERT_(?:FILE|DIR)$|REQUESTS_CA_BUNDLE$|XDG_(?:CONFIG|CACHE|DATA)_HOME$)/i;

export function loginEnvironment(learner: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const environment = keptEnvironment(learner);
  for (const [name, value] of Object.entries(learner)) {
    if (value !== undefined && keptForLogins.test(name)) environment[name] = value;
  }
  return environment;
}

/** The learner's PATH without what `npm start` and `npx` put in front of it. */
export function learnerPath(learner: Readonly<Record<string, string | undefined>>): string[] {
  const path = learner['PATH'] ?? learner['Path'] ?? '';
  const bin = ['node_modules', '.bin'].join(sep);
  return path
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.endsWith(bin) && !/[\\/](node-gyp-bin|_npx[\\/].*)$/.test(folder));
}

/** Rejects where one of them is on none of the learner's folders; whether they are new enough, the doctor tells. */
export function mustHavePrograms(
  world: 'aks' | 'cluster',
  programs: readonly string[],
  learner: Readonly<Record<string, string | undefined>>,
): void {
  const missing = programs.filter((name) => !findProgram(name, learnerPath(learner), learner));
  if (missing.length > 0) throw faultOf('world.no-programs', world, missing);
}

// kubectl 1.28 is the oldest whose requests and output the sandbox is tested with.
const oldestMinor = 28;
const versionMs = 3_000;

/** The learner's own kubectl, when it is new enough to be used; its full path. */
export async function findKubectl(path: readonly string[]): Promise<string | undefined> {
  // Only the first one counts: it is the one that the learner's shell would start.
  const file = findProgram('kubectl', path);
  return file !== undefined && (await isNewEnough(file)) ? file : undefined;
}

function isNewEnough(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { timeout: versionMs, env: { HOME: '/nonexistent', KUBECONFIG: '/nonexistent' } };
    execFile(file, ['version', '--client', '-o', 'json'], options, (error, stdout) => {
      const version = /"gitVersion":\s*"v(\d+)\.(\d+)/.exec(stdout);
      resolve(!error && version !== null && Number(version[1]) === 1 && Number(version[2]) >= oldestMinor);
    });
  });
}
