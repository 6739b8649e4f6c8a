import type { Pod } from '../../../../kube/objects.ts';
import type { MeshConfig, TrafficTarget } from '../../../mesh/osm/kinds.ts';
import { type ApiConnection, listObjects, requestJson } from '../../api/connection.ts';
import type { Invocation } from '../../cobra/command.ts';
import { connect, getPod, proxyUuidLabel } from '../mesh.ts';

/** `osm policy check-pods` (OSM 1.2: cmd/cli/policy_check_pods.go). It compares service accounts and nothing else. */
interface PodName {
  namespace: string;
  name: string;
}

const form = 'Pod name should be of the form <namespace/pod>, or <pod> for default namespace';

function parsePodName(text: string, which: string): PodName {
  const refuse = (why: string) => new Error(`Invalid argument specified for the ${which} pod [/]: ${form}, ${why}`);
  if (text === '') throw refuse('cannot be empty');
  const words = text.split('/');
  const [first = '', second] = words;
  if (words.length > 2) throw refuse(`got: ${text}`);
  return second === undefined ? { namespace: 'default', name: first } : { namespace: first, name: second };
}

async function meshedPod(api: ApiConnection, { namespace, name }: PodName): Promise<Pod> {
  const pod = await getPod(api, namespace, name).catch(() => undefined);
  if (!pod) throw new Error(`Could not find pod ${name} in namespace ${namespace}`);
  if (pod.metadata.labels?.[proxyUuidLabel] === undefined)
    throw new Error(`Pod ${name} in namespace ${namespace} is not a part of a mesh`);
  return pod;
}

async function isPermissive(api: ApiConnection, osmNamespace: string): Promise<boolean> {
  const path = `/apis/config.openservicemesh.io/v1alpha2/namespaces/${osmNamespace}/meshconfigs/osm-mesh-config`;
  try {
    const { spec } = await requestJson<MeshConfig>(api, path);
    return spec?.traffic?.enablePermissiveTrafficPolicyMode === true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Error checking if permissive mode is enabled: Error fetching MeshConfig osm-mesh-config: ${why}`, {
      cause: error,
    });
  }
}

const names = (pod: Pod, kind: string, name: string, namespace: string | undefined) =>
  kind === 'ServiceAccount' && name === pod.spec.serviceAccountName && namespace === pod.metadata.namespace;

function allows({ spec }: TrafficTarget, source: Pod, destination: Pod): boolean {
  if (!spec || !names(destination, spec.destination.kind, spec.destination.name, spec.destination.namespace))
    return false;
  return (spec.sources ?? []).some(({ kind, name, namespace }) => names(source, kind, name, namespace));
}

export async function checkPods(invocation: Invocation): Promise<number> {
  const { args, flags, io } = invocation;
  const [sourceText = '', destinationText = ''] = args;
  const sourceName = parsePodName(sourceText, 'source');
  const destinationName = parsePodName(destinationText, 'destination');
  const api = await connect(invocation);
  const source = await meshedPod(api, sourceName);
  const destination = await meshedPod(api, destinationName);
  const osmNamespace = flags.string('osm-namespace');
  const shown = ({ namespace, name }: PodName) => `'${namespace}/${name}'`;
  const verdict = (words: string) =>
    `[+] Pod ${shown(sourceName)} is ${words} to communicate to pod ${shown(destinationName)}`;
  if (await isPermissive(api, osmNamespace)) {
    io.out(
      `[+] Permissive mode enabled for mesh operated by osm-controller running in '${osmNamespace}' namespace\n\n ${verdict('allowed')}\n`,
    );
    return 0;
  }
  io.out(
    `[+] SMI traffic policy mode enabled for mesh operated by osm-controller running in ${osmNamespace} namespace\n\n`,
  );
  const path = `/apis/access.smi-spec.io/v1alpha3/namespaces/${destinationName.namespace}/traffictargets`;
  const targets = (await listObjects<TrafficTarget>(api, path)).filter((target) => allows(target, source, destination));
  for (const { metadata } of targets) {
    io.out(
      `${verdict('allowed')} via the SMI TrafficTarget policy "${metadata.name}" in namespace ${metadata.namespace}\n`,
    );
  }
  if (targets.length === 0) io.out(`${verdict('not allowed')}, missing SMI TrafficTarget policy\n`);
  return 0;
}
