import type { PreflightWords } from '../words/en/preflight.ts';
import { examination, realClusters, type Setting } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Program, Tool } from './ground.ts';
import { installLines } from './install-lines.ts';
import { compareVersions, minorOf } from './versions.ts';

/** az, kubectl and osm as the learner's shell finds them. Whether they fit a cluster, `cluster.ts` says. */

/**
 * az: the first with today's sign-in library; older ones sign in by a service that Microsoft has switched off
 * (learn.microsoft.com/cli/azure/msal-based-azure-cli). kubectl: what the lessons are tested with. osm: the add-on is 1.2.
 */
const oldest: Readonly<Record<Tool, string>> = { az: '2.30.0', kubectl: '1.28.0', osm: '1.2.0' };

/** The newest that the lessons were tested with. */
const newestKubectl = 36;

export const az = examination<Program>({
  group: 'tools',
  worlds: ['aks'],
  look: (ground) => ground.program('az'),
  judge: (program, words, setting) => judgeTool('az', program, words, setting),
});

export const kubectl = examination<Program>({
  group: 'tools',
  worlds: realClusters,
  look: (ground) => ground.program('kubectl'),
  judge: (program, words, setting) => judgeTool('kubectl', program, words, setting),
});

export const osm = examination<Program>({
  group: 'tools',
  worlds: realClusters,
  look: (ground) => ground.program('osm'),
  judge: (program, words, setting) => judgeTool('osm', program, words, setting),
});

export function judgeTool(
  tool: Tool,
  program: Program,
  { tools: said }: PreflightWords,
  setting: Pick<Setting, 'os' | 'arch'>,
): Finding[] {
  const about = { id: tool, what: tool };
  const why = said.neededFor[tool];
  const next = installLines(tool, setting);
  if (program.type === 'missing') return [{ ...about, status: 'bad', saw: said.missing, why, next }];
  if (program.type === 'mute') return [{ ...about, status: 'unknown', saw: said.mute(program.file), why, next }];
  const { version, file } = program;
  const saw = said.version(version, file);
  if (compareVersions(version, oldest[tool]) < 0) {
    return [{ ...about, status: 'bad', saw, why: said.tooOld(tool, oldest[tool]), next }];
  }
  if (tool === 'kubectl' && minorOf(version) > newestKubectl) {
    return [{ ...about, status: 'note', saw, why: said.newerThanTested(newestKubectl) }];
  }
  return [{ ...about, status: 'good', saw }];
}

/** The sandbox brings a kubectl, so that one's own is only worth a word. */
export const sandboxKubectl = examination<Program>({
  group: 'tools',
  worlds: ['sandbox'],
  look: (ground) => ground.program('kubectl'),
  judge: judgeSandboxKubectl,
});

export function judgeSandboxKubectl(program: Program, { tools: said }: PreflightWords): Finding[] {
  const about = { id: 'kubectl', what: 'kubectl' };
  if (program.type === 'missing') return [{ ...about, status: 'note', saw: said.missing, why: said.brought }];
  if (program.type === 'mute') return [{ ...about, status: 'note', saw: said.mute(program.file), why: said.brought }];
  const { version, file } = program;
  const saw = said.version(version, file);
  if (compareVersions(version, oldest.kubectl) < 0) return [{ ...about, status: 'note', saw, why: said.oldAndBrought }];
  if (minorOf(version) > newestKubectl) {
    return [{ ...about, status: 'note', saw, why: said.newerThanTested(newestKubectl) }];
  }
  return [{ ...about, status: 'good', saw }];
}
