import { pods as podsRef } from '../../kube/resources.ts';
import { isReady } from '../workload.ts';
import {
  answer,
  breaks,
  type Case,
  emptyReply,
  endsHere,
  holds,
  hostOf,
  noSuchName,
  type Outcome,
  outboundChain,
  podName,
  proxyCommand,
  refused,
  reset,
  type Step,
  serviceName,
} from './chain.ts';
import { whyNobodyCounts, whyNoRoute } from './reasons.ts';

/** The links on the caller's side: who calls, what is called, and what the caller's sidecar knows of it. Pure. */

export function callerLink(one: Case): Step {
  const { client, servers } = one.evidence;
  const { namespace, name } = one.account;
  const command = `kubectl get pod ${client.pod.metadata.name} -n ${namespace} -o wide`;
  if (client.hasSidecar)
    return holds('caller', `${podName(client)} has a sidecar; the mesh knows it as ${one.principal}.`, command);
  if (!servers.some((server) => server.hasSidecar)) {
    return endsHere(
      'caller',
      'Neither the caller nor the server has a sidecar, so the mesh has no part in it.',
      command,
    );
  }
  const isMonitored = one.monitored.has(namespace);
  const fix = isMonitored
    ? {
        object: `Pod ${podName(client)}`,
        field: 'spec.containers',
        change: `restart it, so that it gets a sidecar (account ${name})`,
      }
    : {
        object: `Namespace ${namespace}`,
        field: `metadata.labels`,
        change: `osm namespace add ${namespace}, then restart the pod`,
      };
  const says = `${podName(client)} has no sidecar, and the server's sidecar takes mutual TLS only.`;
  return breaks('caller', { says, fix }, command, reset);
}

export function nameLink(one: Case): Step {
  const { question, evidence, port } = one;
  const { namespace, name } = question.to;
  const command = `kubectl get service ${name} -n ${namespace}`;
  if (!evidence.service) {
    const fix = { object: `Service ${serviceName(one)}`, field: '', change: 'create it' };
    return breaks('name', { says: `There is no Service ${name} in ${namespace}.`, fix }, command, noSuchName);
  }
  const ports = evidence.service.spec.ports ?? [];
  if (ports.some((declared) => declared.port === port)) {
    return holds('name', `${name}.${namespace} is a Service, and port ${port} is one of its.`, command);
  }
  const fix = { object: `Service ${serviceName(one)}`, field: 'spec.ports', change: `declare ${port}` };
  const says = `Service ${name} has no port ${port}; it has ${ports.map((declared) => declared.port).join(', ')}.`;
  return breaks('name', { says, fix }, command, withoutChain(one));
}

export function meshOfServiceLink(one: Case): Step | undefined {
  const { namespace } = one.question.to;
  if (one.monitored.has(namespace)) return undefined;
  const command = `osm namespace list`;
  if (one.evidence.isEgressOn) {
    return endsHere(
      'namespace',
      `${namespace} is not in the mesh. Egress is on, so the sidecar passes the bytes through and looks at none.`,
      command,
    );
  }
  const says = `${namespace} is not in the mesh, and egress is off.`;
  const fix = {
    object: `Namespace ${namespace}`,
    field: 'metadata.labels',
    change: `osm namespace add ${namespace}, or turn egress on`,
  };
  return breaks('namespace', { says, fix }, command, withoutChain(one));
}

export function modeLink({ evidence }: Case): Step {
  const command = 'kubectl get meshconfig osm-mesh-config -n kube-system -o jsonpath={.spec.traffic}';
  return holds(
    'mode',
    evidence.isPermissive
      ? 'Permissive mode is on: every Service of the mesh may be called, and TrafficTargets do not count.'
      : 'Permissive mode is off: only what a TrafficTarget allows may be called.',
    command,
  );
}

/** What a connection meets that finds no chain of its own. */
function withoutChain({ evidence }: Case): Outcome {
  const listener = evidence.client.proxy?.listeners.get('outbound-listener');
  if (!evidence.client.proxy) return { type: 'not-known', because: "the caller's sidecar gave no answer" };
  if (!listener) return refused;
  return listener.hasDefaultChain ? emptyReply : reset;
}

export function clientRouteLink(one: Case): Step {
  const { client, servers } = one.evidence;
  const command = proxyCommand(client, 'config_dump');
  if (!client.proxy) return endsHere('client route', `The sidecar of ${podName(client)} gave no answer.`, command);
  const chain = outboundChain(one);
  if (chain && (chain.routeConfig === undefined || hostOf(client, chain, one))) {
    return holds(
      'client route',
      `The caller's sidecar leads ${serviceName(one)}:${one.port} on (${chain.name}).`,
      command,
    );
  }
  const reason = one.evidence.isPermissive ? undefined : whyNoRoute(one, servers);
  if (!reason) {
    return endsHere(
      'client route',
      `The objects allow it, but the sidecar of ${podName(client)} has not been told: a change takes a few seconds to arrive.`,
      command,
    );
  }
  return breaks('client route', reason, command, withoutChain(one));
}

/** Clusters that the caller's sidecar sends to, with their weights. */
function upstreams(one: Case): readonly { name: string; weight: number }[] {
  const chain = outboundChain(one);
  return chain ? (hostOf(one.evidence.client, chain, one)?.routes[0]?.clusters ?? []) : [];
}

const serviceOfCluster = (cluster: string): string => cluster.split('|')[0] ?? cluster;

export function splitLink(one: Case): Step | undefined {
  const clusters = upstreams(one).filter(({ weight }) => weight > 0);
  if (clusters.every(({ name }) => serviceOfCluster(name) === serviceName(one))) return undefined;
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  const shares = clusters.map(
    ({ name, weight }) => `${serviceOfCluster(name)} ${Math.round((100 * weight) / total)} %`,
  );
  const command = `kubectl get trafficsplit -n ${one.question.to.namespace} -o yaml`;
  const unknown = clusters.find(({ name }) => !one.evidence.client.proxy?.clusters.has(name));
  if (!unknown) return holds('split', `A TrafficSplit shares the requests: ${shares.join(', ')}.`, command);
  const backend = serviceOfCluster(unknown.name);
  const fix = {
    object: `TrafficTarget ${one.question.to.namespace}/…`,
    field: 'spec.destination',
    change: `create one for the ServiceAccount behind ${backend}, with source ${one.account.name} of ${one.account.namespace}`,
  };
  const says = `A TrafficSplit shares the requests (${shares.join(', ')}), but the caller may not call ${backend}: that share fails.`;
  return breaks('split', { says, fix }, command, answer(503, 'with an empty body, for that share'));
}

export function endpointsLink(one: Case): Step | undefined {
  const { client, servers } = one.evidence;
  const { namespace, name } = one.question.to;
  const command = `kubectl get endpoints ${name} -n ${namespace}`;
  const filled = upstreams(one).filter(({ name: cluster }) => client.proxy?.endpoints.has(cluster));
  if (filled.length === 0) return undefined;
  const empty = filled.find(({ name: cluster }) => client.proxy?.endpoints.get(cluster) === 0);
  if (!empty) return holds('endpoints', "The caller's sidecar knows pods that are ready.", command);
  const outcome = answer(503, 'no healthy upstream');
  const unready = servers.find(({ pod }) => !isReady(pod));
  if (unready) {
    const fix = {
      object: `${podsRef.kind} ${podName(unready)}`,
      field: 'status.conditions',
      change: 'mend it until it is ready',
    };
    return breaks(
      'endpoints',
      { says: `${podName(unready)} is not ready, and no other pod is.`, fix },
      command,
      outcome,
    );
  }
  if (servers.length === 0) {
    const fix = { object: `Service ${serviceName(one)}`, field: 'spec.selector', change: 'select pods that exist' };
    return breaks('endpoints', { says: 'The Service selects no pod.', fix }, command, outcome);
  }
  const reason = whyNobodyCounts(one, servers);
  const because = 'Pods are ready, but the sidecar has not been told of them yet.';
  return reason ? breaks('endpoints', reason, command, outcome) : endsHere('endpoints', because, command);
}
