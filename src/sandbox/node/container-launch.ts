import type { Container, Pod } from '../../kube/objects.ts';
import { expandVariables } from './container-environment.ts';
import { ContainerRun } from './container-run.ts';
import { containerProcesses } from './container-system.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import { type PodVolumes, withSubPaths } from './pod-volumes.ts';
import type { ImageProgram } from './program.ts';

/** What a container is started from. */
export interface Launch {
  pod: Pod;
  spec: Container;
  program: ImageProgram;
  argv: string[];
  env: Record<string, string>;
  podIp: string;
  volumes: PodVolumes;
}

/** The words that a container starts with: its own, or its image's where it has none. */
export function argvOf({ command, args }: Container, program: ImageProgram, env: Record<string, string>): string[] {
  const rest = args ?? (command ? [] : (program.cmd ?? []));
  return [...(command ?? program.entrypoint), ...rest].map((text) => expandVariables(text, env));
}

/** One run of a container, begun: with its user, its mounts, its processes and its end of the pod's network. */
export function launchContainer(parts: KubeletParts, of: Launch): ContainerRun {
  const { clock, network, random, timing } = parts;
  const { pod, program, argv, env, podIp, volumes } = of;
  const { uid = '', namespace = '', name = '', labels = {} } = pod.metadata;
  const { nodeName = '', serviceAccountName = 'default' } = pod.spec;
  const container = withSubPaths(of.spec, env);
  const mounts = volumes.forRun(container);
  const podUser = (pod.spec['securityContext'] as { runAsUser?: number } | undefined)?.runAsUser;
  const userId = container.securityContext?.runAsUser ?? podUser ?? program.user ?? 0;
  const system = { pod, container: of.spec, program, podIp, userId };
  return new ContainerRun({
    clock,
    program,
    sockets: network.sockets(uid, userId),
    context: {
      pod: { uid, namespace, name, nodeName, serviceAccount: serviceAccountName, labels },
      containerName: container.name,
      image: container.image ?? '',
      argv,
      env,
      readFile: mounts.readFile,
      clock,
      random,
    },
    restMs: timing.restMs,
    processes: (owned) => containerProcesses(system, parts, owned, mounts.list()),
    workingFolder: container.workingDir ?? '/',
    spec: container,
  });
}
