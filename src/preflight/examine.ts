import type { FaultTexts } from '../fault.ts';
import type { PreflightWords } from '../words/en/preflight.ts';
import { azure, retirement } from './azure.ts';
import { cluster } from './cluster.ts';
import type { Examination } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Ground } from './ground.ts';
import { port, runtime, shell, storage, terminal } from './machine.ts';
import { network } from './network.ts';
import { sandbox } from './sandbox.ts';
import { az, kubectl, osm, sandboxKubectl } from './tools.ts';

/**
 * What must be right before a world is walked, looked at before anything is begun: this machine, its tools, the way to
 * Azure, the subscription, the cluster. Changes nothing, and knows no lesson and no screen.
 */
const examinations: readonly Examination[] = [
  runtime,
  terminal,
  shell,
  storage,
  port,
  sandboxKubectl,
  az,
  kubectl,
  osm,
  network,
  azure,
  retirement,
  cluster,
  sandbox,
];

export interface FindingGroup {
  group: Examination['group'];
  findings: Finding[];
}

/** All that counts in the ground's world, looked at together; in the order above, however long each takes. */
export async function examine(ground: Ground, words: PreflightWords, faultTexts: FaultTexts): Promise<FindingGroup[]> {
  const wanted = examinations.filter(({ worlds }) => worlds.includes(ground.world));
  const found = await Promise.all(wanted.map((one) => one.examine(ground, words, faultTexts)));
  const groups: FindingGroup[] = [];
  for (const [index, { group }] of wanted.entries()) {
    const findings = found[index] ?? [];
    const known = groups.find((other) => other.group === group);
    if (known) known.findings.push(...findings);
    else groups.push({ group, findings });
  }
  return groups.filter(({ findings }) => findings.length > 0);
}
