import type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  PodSpec,
  PodTemplateSpec,
} from '../../../kube/objects.ts';
import { canonicalQuantity } from '../../../kube/quantity.ts';
import type { DescribeText } from './describe-text.ts';

/** The pod's page of `kubectl describe`, and the parts a pod template shares with it. */
export const goTime = (text: string | undefined): string => {
  if (!text) return '<unset>';
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(text)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${weekday}, ${day} ${month} ${year} ${time} +0000`;
};

function describeState(out: DescribeText, word: string, state: ContainerState | undefined): void {
  if (!state || Object.keys(state).length === 0) return;
  if (state.running) {
    out.line(2, `${word}:\tRunning`);
    out.line(3, `Started:\t${goTime(state.running.startedAt)}`);
  } else if (state.waiting) {
    out.line(2, `${word}:\tWaiting`);
    if (state.waiting.reason) out.line(3, `Reason:\t${state.waiting.reason}`);
  } else if (state.terminated) {
    const { terminated } = state;
    out.line(2, `${word}:\tTerminated`);
    if (terminated.reason) out.line(3, `Reason:\t${terminated.reason}`);
    if (terminated.message) out.line(3, `Message:\t${terminated.message}`);
    out.line(3, `Exit Code:\t${terminated.exitCode}`);
    out.line(3, `Started:\t${goTime(terminated.startedAt)}`);
    out.line(3, `Finished:\t${goTime(terminated.finishedAt)}`);
  }
}

/** What a fieldRef stands for, where kubectl can tell: the names of a running pod. */
function fieldValue(path: string, pod: Pod | undefined): string {
  const { name = '', namespace = '' } = pod?.metadata ?? {};
  return { 'metadata.name': name, 'metadata.namespace': namespace }[path] ?? '';
}

function envValue({ value, valueFrom }: EnvVar, pod: Pod | undefined): string {
  if (valueFrom?.fieldRef) {
    const { apiVersion = 'v1', fieldPath } = valueFrom.fieldRef;
    return `${fieldValue(fieldPath, pod)} (${apiVersion}:${fieldPath})`;
  }
  if (valueFrom?.secretKeyRef)
    return `<set to the key '${valueFrom.secretKeyRef.key}' in secret '${valueFrom.secretKeyRef.name}'>\tOptional: ${Boolean(valueFrom.secretKeyRef.optional)}`;
  if (valueFrom?.configMapKeyRef)
    return `<set to the key '${valueFrom.configMapKeyRef.key}' of config map '${valueFrom.configMapKeyRef.name}'>\tOptional: ${Boolean(valueFrom.configMapKeyRef.optional)}`;
  return value ?? '';
}

function probeText(probe: NonNullable<Container['livenessProbe']>): string {
  const timing = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s #success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  if (probe.httpGet)
    return `http-get ${(probe.httpGet.scheme ?? 'HTTP').toLowerCase()}://${probe.httpGet.host ?? ''}:${probe.httpGet.port}${probe.httpGet.path ?? ''} ${timing}`;
  if (probe.tcpSocket) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${timing}`;
  return `exec [${probe.exec?.command?.join(' ') ?? ''}] ${timing}`;
}

const hostPort = (port: object): number => ('hostPort' in port ? Number(port.hostPort) : 0);

function portsText(container: Container): { word: string; ports: string; hostPorts: string } {
  const ports = container.ports ?? [];
  const word = ports.length > 1 ? 'Ports' : 'Port';
  if (ports.length === 0) return { word, ports: '<none>', hostPorts: '<none>' };
  const one = (port: (typeof ports)[number], number: number) => `${number}/${port.protocol ?? 'TCP'}`;
  const named = (numberOf: (port: (typeof ports)[number]) => number) =>
    ports.map((port) => `${one(port, numberOf(port))}${port.name ? ` (${port.name})` : ''}`).join(', ');
  return { word, ports: named((port) => port.containerPort), hostPorts: named(hostPort) };
}

function describeContainer(
  out: DescribeText,
  container: Container,
  status: ContainerStatus | undefined,
  pod: Pod | undefined,
): void {
  out.line(1, pod ? `${container.name}:` : ` ${container.name}:`);
  if (status?.containerID) out.line(2, `Container ID:\t${status.containerID}`);
  out.line(2, `Image:\t${container.image ?? ''}`);
  if (status) out.line(2, `Image ID:\t${status.imageID}`);
  const { word, ports, hostPorts } = portsText(container);
  out.line(2, `${word}:\t${ports}`);
  out.line(2, `Host ${word}:\t${hostPorts}`);
  for (const [name, list] of [
    ['Command', container.command],
    ['Args', container.args],
  ] as const) {
    if (!list?.length) continue;
    out.line(2, `${name}:`);
    for (const item of list) for (const line of item.split('\n')) out.line(3, line);
  }
  if (status) {
    describeState(out, 'State', status.state);
    describeState(out, 'Last State', status.lastState);
    out.line(2, `Ready:\t${status.ready ? 'True' : 'False'}`);
    out.line(2, `Restart Count:\t${status.restartCount}`);
  }
  for (const [name, resources] of [
    ['Limits', container.resources?.limits],
    ['Requests', container.resources?.requests],
  ] as const) {
    if (!resources) continue;
    out.line(2, `${name}:`);
    for (const [key, value] of Object.entries(resources).sort()) out.line(3, `${key}:\t${canonicalQuantity(value)}`);
  }
  if (container.livenessProbe) out.line(2, `Liveness:\t${probeText(container.livenessProbe)}`);
  if (container.readinessProbe) out.line(2, `Readiness:\t${probeText(container.readinessProbe)}`);
  if (container.startupProbe) out.line(2, `Startup:\t${probeText(container.startupProbe)}`);
  if (!container.env?.length) out.line(2, 'Environment:\t<none>');
  else {
    out.line(2, 'Environment:');
    for (const variable of container.env) out.line(3, `${variable.name}:\t${envValue(variable, pod)}`);
  }
  if (!container.volumeMounts?.length) out.line(2, 'Mounts:\t<none>');
  else {
    out.line(2, 'Mounts:');
    for (const mount of container.volumeMounts)
      out.line(3, `${mount.mountPath} from ${mount.name} (${mount.readOnly ? 'ro' : 'rw'})`);
  }
}

export function describeContainers(out: DescribeText, spec: PodSpec, pod: Pod | undefined): void {
  const statusOf = (name: string) =>
    [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])].find(
      (status) => status.name === name,
    );
  const base = pod ? 0 : 1;
  if (spec.initContainers?.length) {
    out.line(base, 'Init Containers:');
    for (const container of spec.initContainers) describeContainer(out, container, statusOf(container.name), pod);
  }
  out.line(base, 'Containers:');
  for (const container of spec.containers) describeContainer(out, container, statusOf(container.name), pod);
}

function describeVolumes(out: DescribeText, spec: PodSpec, level: number): void {
  const { volumes = [] } = spec;
  out.line(level, volumes.length === 0 ? 'Volumes:\t<none>' : 'Volumes:');
  for (const volume of volumes) {
    out.line(1, `${level === 0 ? '' : ' '}${volume.name}:`);
    const claim = volume['persistentVolumeClaim'] as { claimName?: string; readOnly?: boolean } | undefined;
    const secret = volume['secret'] as { secretName?: string; optional?: boolean } | undefined;
    const configMap = volume['configMap'] as { name?: string; optional?: boolean } | undefined;
    if (volume['projected']) {
      out.line(2, 'Type:\tProjected (a volume that contains injected data from multiple sources)');
      out.line(2, 'TokenExpirationSeconds:\t3607');
      out.line(2, 'ConfigMapName:\tkube-root-ca.crt');
      out.line(2, 'Optional:\tfalse');
      out.line(2, 'DownwardAPI:\ttrue');
    } else if (claim) {
      out.line(2, 'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)');
      out.line(2, `ClaimName:\t${claim.claimName ?? ''}`);
      out.line(2, `ReadOnly:\t${Boolean(claim.readOnly)}`);
    } else if (volume['emptyDir']) {
      const { medium = '', sizeLimit = '<unset>' } = volume['emptyDir'] as { medium?: string; sizeLimit?: string };
      out.line(2, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)");
      out.line(2, `Medium:\t${medium}`);
      out.line(2, `SizeLimit:\t${sizeLimit}`);
    } else if (secret) {
      out.line(2, 'Type:\tSecret (a volume populated by a Secret)');
      out.line(2, `SecretName:\t${secret.secretName ?? ''}`);
      out.line(2, `Optional:\t${Boolean(secret.optional)}`);
    } else if (configMap) {
      out.line(2, 'Type:\tConfigMap (a volume populated by a ConfigMap)');
      out.line(2, `Name:\t${configMap.name ?? ''}`);
      out.line(2, `Optional:\t${Boolean(configMap.optional)}`);
    } else {
      const [kind = 'EmptyDir'] = Object.keys(volume).filter((key) => key !== 'name');
      out.line(2, `Type:\t${kind[0]?.toUpperCase()}${kind.slice(1)}`);
    }
  }
}

interface Toleration {
  key?: string;
  value?: string;
  effect?: string;
  operator?: string;
  tolerationSeconds?: number;
}

function describeTolerations(out: DescribeText, spec: PodSpec, level: number): void {
  const tolerations = (spec['tolerations'] as Toleration[] | undefined) ?? [];
  if (tolerations.length === 0) out.line(level, 'Tolerations:\t<none>');
  tolerations.forEach((toleration, index) => {
    const effect = toleration.effect ? `:${toleration.effect}` : '';
    const operator = toleration.operator === 'Exists' ? ' op=Exists' : '';
    const value = toleration.value ? `=${toleration.value}` : '';
    const seconds = toleration.tolerationSeconds === undefined ? '' : ` for ${toleration.tolerationSeconds}s`;
    const lead = index === 0 ? 'Tolerations:' : '';
    out.line(level, `${lead}\t${`${toleration.key ?? ''}${value}${effect}${operator}`.trimStart()}${seconds}`);
  });
}

/** What Deployments, ReplicaSets and StatefulSets say about the pods they make. */
export function describePodTemplate(out: DescribeText, { metadata, spec }: PodTemplateSpec): void {
  out.line(0, 'Pod Template:');
  out.pairs(1, 'Labels', metadata?.labels);
  if (metadata?.annotations) out.annotations(1, metadata.annotations);
  if (spec.serviceAccountName) out.line(1, `Service Account:\t${spec.serviceAccountName}`);
  describeContainers(out, spec, undefined);
  describeVolumes(out, spec, 1);
  if (spec.priorityClassName) out.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
  out.pairs(1, 'Node-Selectors', spec.nodeSelector);
  describeTolerations(out, spec, 1);
}

export function describePod(out: DescribeText, pod: Pod): void {
  const { metadata, spec, status = {} } = pod;
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace}`);
  out.line(0, `Priority:\t${String(spec['priority'] ?? 0)}`);
  if (spec.priorityClassName) out.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  out.line(0, `Service Account:\t${spec.serviceAccountName ?? 'default'}`);
  out.line(0, `Node:\t${spec.nodeName ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>'}`);
  if (status.startTime) out.line(0, `Start Time:\t${goTime(status.startTime)}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
  if (metadata.deletionTimestamp)
    out.line(0, `Status:\tTerminating (grace period ${metadata.deletionGracePeriodSeconds ?? 30}s)`);
  else out.line(0, `Status:\t${status.phase ?? ''}`);
  if (status.reason) out.line(0, `Reason:\t${status.reason}`);
  out.line(0, `IP:\t${status.podIP ?? ''}`);
  if (!status.podIPs?.length) out.line(0, 'IPs:\t<none>');
  else {
    out.line(0, 'IPs:');
    for (const { ip } of status.podIPs) out.line(1, `IP:\t${ip}`);
  }
  const owner = metadata.ownerReferences?.find((reference) => reference.controller);
  if (owner) out.line(0, `Controlled By:\t${owner.kind}/${owner.name}`);
  describeContainers(out, spec, pod);
  if (status.conditions?.length) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus');
    for (const condition of status.conditions) out.line(1, `${condition.type} \t${condition.status} `);
  }
  describeVolumes(out, spec, 0);
  out.line(0, `QoS Class:\t${status.qosClass ?? 'BestEffort'}`);
  out.pairs(0, 'Node-Selectors', spec.nodeSelector);
  describeTolerations(out, spec, 0);
}
