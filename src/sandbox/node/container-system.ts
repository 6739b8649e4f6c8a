import type { Container, Pod } from '../../kube/objects.ts';
import type { ContainerSockets } from '../network/pod-network.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import { ContainerFiles, type Mount } from './processes/container-files.ts';
import { ContainerProcesses, executableAt } from './processes/container-processes.ts';
import { ExecutableError } from './processes/process.ts';
import type { ImageProgram } from './program.ts';
import { runcProblem } from './remote-session.ts';

export interface SystemOf {
  pod: Pod;
  container: Container;
  program: ImageProgram;
  podIp: string;
  userId: number;
}

/** The files and processes of one run of a container: from its image, from the kubelet, from the pod's volumes. */
export function containerProcesses(
  of: SystemOf,
  parts: Pick<KubeletParts, 'clock' | 'random' | 'timing'>,
  sockets: ContainerSockets,
  mounts: readonly Mount[],
): ContainerProcesses {
  const { pod, container, program, userId } = of;
  const { clock, random, timing } = parts;
  const tools = program.tools ?? [];
  const own = [...program.entrypoint.slice(0, 1), ...(program.executables ?? [])];
  const user = userOf(program, userId);
  const files = new ContainerFiles({
    clock,
    userId,
    isReadOnly: container.securityContext?.['readOnlyRootFilesystem'] === true,
    mounts,
    texts: { ...program.files, ...kubeletFiles(of, user) },
    executables: [...tools, ...own.filter((path) => path.startsWith('/'))],
    home: user.home,
  });
  return new ContainerProcesses({
    files,
    hostname: hostnameOf(pod),
    user,
    clock,
    random,
    sockets,
    tools,
    ownExecutables: own,
    caPem: program.caPem ?? (() => ''),
    waitMs: timing.waitMs,
    restMs: timing.restMs,
  });
}

/** What runc says of a command that can't be started; undefined where it can. */
export function startProblem(
  program: ImageProgram,
  executable: string,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const { entrypoint, executables = [], tools = [] } = program;
  if (executable === entrypoint[0] || executables.includes(executable)) return undefined;
  if (executableAt(tools, executable, env) !== undefined) return undefined;
  const why = runcProblem(new ExecutableError('not-found', executable));
  const steps =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed';
  return `${steps}: unable to start container process: error during container init: ${why}: unknown`;
}

const hostnameOf = ({ spec, metadata }: Pod) => spec.hostname ?? metadata.name ?? '';

function userOf({ account }: ImageProgram, id: number) {
  if (id === 0) return { id, name: 'root', home: '/root' };
  // A user id that the image does not know has no name and no home.
  return account ? { id, ...account } : { id, name: String(id), home: '/' };
}

/** Kubernetes: the kubelet writes these three into every container. */
function kubeletFiles({ pod, podIp }: SystemOf, user: { id: number; name: string; home: string }) {
  const hostname = hostnameOf(pod);
  const { hostAliases = [] } = pod.spec as { hostAliases?: { ip: string; hostnames?: string[] }[] };
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  const shown = { root: 'root:x:0:0:root:/root:/bin/sh\n', own: '' };
  if (user.id !== 0 && user.home !== '/') shown.own = `${user.name}:x:${user.id}:${user.id}::${user.home}:/bin/sh\n`;
  return {
    '/etc/hosts':
      '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' +
      'fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n' +
      `${podIp}\t${hostname}\n${aliases.length > 0 ? '\n# Entries added by HostAliases.\n' : ''}${aliases.join('')}`,
    // 10.0.0.10 is the cluster DNS address of AKS.
    '/etc/resolv.conf': `search ${pod.metadata.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.0.0.10\noptions ndots:5\n`,
    '/etc/hostname': `${hostname}\n`,
    '/etc/passwd': shown.root + shown.own,
  };
}
