import type { IngressBackend } from '../../../mesh/osm/policy-kinds.ts';
import { listObjects } from '../../api/connection.ts';
import type { Invocation } from '../../cobra/command.ts';
import { connect } from '../mesh.ts';

/** `osm policy check-conflicts` (OSM 1.2: cmd/cli/policy_check_conflicts.go): one port of one Service in two backends. */
function sharedBackends(a: IngressBackend, b: IngressBackend): string[] {
  const key = ({ name, port }: { name: string; port: { number: number } }) => `${name} ${port.number}`;
  const others = new Set((b.spec?.backends ?? []).map(key));
  const shared = (a.spec?.backends ?? []).filter((backend) => others.has(key(backend)));
  return [...new Map(shared.map((backend) => [key(backend), backend.name])).values()];
}

export async function checkConflicts(invocation: Invocation): Promise<number> {
  const { args, flags, io } = invocation;
  const [kind = ''] = args;
  if (kind.toLowerCase() !== 'ingressbackend') throw new Error(`Invalid resource kind ${kind}`);
  const given = flags.strings('namespaces');
  const [namespace = ''] = given;
  if (given.length !== 1) {
    throw new Error(
      `Requires single namespace specified by '-n|--namespace' to check for conflicts, got ${given.length}`,
    );
  }
  const path = `/apis/policy.openservicemesh.io/v1alpha1/namespaces/${namespace}/ingressbackends`;
  const backends = await listObjects<IngressBackend>(await connect(invocation), path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Error listing IngressBackend resources in namespace ${namespace}: ${why}`, { cause: error });
  });
  let hasConflicts = false;
  for (const [at, one] of backends.entries()) {
    for (const other of backends.slice(at + 1)) {
      const shared = sharedBackends(one, other);
      if (shared.length === 0) continue;
      hasConflicts = true;
      const [a, b] = [one.metadata.name, other.metadata.name];
      const lines = shared.map((name) => `Backend ${name} specified in ${a} and ${b} conflicts\n`);
      io.out(`[+] IngressBackend ${namespace}/${a} conflicts with ${namespace}/${b}:\n${lines.join('')}\n`);
    }
  }
  if (!hasConflicts) io.out(`No conflicts among IngressBackend resources in namespace ${namespace}\n`);
  return 0;
}
