import { pods as podsRef } from '../../kube/resources.ts';
import { isReady } from '../workload.ts';
import {
  answer,
  breaks,
  type Case,
  endsHere,
  holds,
  hostOf,
  noAnswer,
  type Outcome,
  outboundChain,
  podName,
  proxyCommand,
  type Step,
  serviceName,
} from './chain.ts';
import { whyNobodyCounts, whyNoRoute } from './reasons.ts';

/** The links on the caller's side: who calls, what is called, and what the caller's sidecar knows of it. Pure. */

export function callerLink(one: Case): Step {
  const { client, servers } = one.evidence;
  const { caller: words } = one.words;
  const { namespace, name } = one.account;
  const command = `kubectl get pod ${client.pod.metadata.name} -n ${namespace} -o wide`;
  if (client.hasSidecar) return holds('caller', words.hasSidecar(podName(client), one.principal), command);
  if (!servers.some((server) => server.hasSidecar)) {
    return endsHere('caller', words.neither, command);
  }
  const isMonitored = one.monitored.has(namespace);
  const fix = isMonitored
    ? {
        object: `Pod ${podName(client)}`,
        field: 'spec.containers',
        change: words.restart(name),
      }
    : {
        object: `Namespace ${namespace}`,
        field: `metadata.labels`,
        change: words.addNamespace(namespace),
      };
  return breaks('caller', { says: words.noSidecar(podName(client)), fix }, command, noAnswer(one, 'reset'));
}

export function nameLink(one: Case): Step {
  const { question, evidence, port } = one;
  const { name: words } = one.words;
  const { namespace, name } = question.to;
  const command = `kubectl get service ${name} -n ${namespace}`;
  if (!evidence.service) {
    const fix = { object: `Service ${serviceName(one)}`, field: '', change: words.create };
    const says = words.none(name, namespace);
    return breaks('name', { says, fix }, command, noAnswer(one, 'noSuchName'));
  }
  const ports = evidence.service.spec.ports ?? [];
  if (ports.some((declared) => declared.port === port)) {
    return holds('name', words.holds(`${name}.${namespace}`, port), command);
  }
  const fix = { object: `Service ${serviceName(one)}`, field: 'spec.ports', change: words.declare(port) };
  const says = words.noPort(name, port, ports.map((declared) => declared.port).join(', '));
  return breaks('name', { says, fix }, command, withoutChain(one));
}

export function meshOfServiceLink(one: Case): Step | undefined {
  const { namespace } = one.question.to;
  const { namespace: words } = one.words;
  if (one.monitored.has(namespace)) return undefined;
  const command = `osm namespace list`;
  if (one.evidence.isEgressOn) {
    return endsHere('namespace', words.egressOn(namespace), command);
  }
  const says = words.egressOff(namespace);
  const fix = {
    object: `Namespace ${namespace}`,
    field: 'metadata.labels',
    change: words.add(namespace),
  };
  return breaks('namespace', { says, fix }, command, withoutChain(one));
}

export function modeLink({ evidence, words: { mode } }: Case): Step {
  const where = evidence.meshNamespace === undefined ? '-A' : `osm-mesh-config -n ${evidence.meshNamespace}`;
  const command = `kubectl get meshconfig ${where} -o jsonpath={.spec.traffic}`;
  return holds('mode', evidence.isPermissive ? mode.permissive : mode.policies, command);
}

/** What a connection meets that finds no chain of its own. */
function withoutChain(one: Case): Outcome {
  const { evidence, words } = one;
  const listener = evidence.client.proxy?.listeners.get('outbound-listener');
  if (!evidence.client.proxy) return { type: 'not-known', because: words.clientRoute.callerSilent };
  if (!listener) return noAnswer(one, 'refused');
  return noAnswer(one, listener.hasDefaultChain ? 'emptyReply' : 'reset');
}

export function clientRouteLink(one: Case): Step {
  const { client, servers } = one.evidence;
  const { clientRoute: words } = one.words;
  const command = proxyCommand(client, 'config_dump');
  if (!client.proxy) return endsHere('client-route', words.silent(podName(client)), command);
  const chain = outboundChain(one);
  if (chain && (chain.routeConfig === undefined || hostOf(client, chain, one))) {
    return holds('client-route', words.holds(`${serviceName(one)}:${one.port}`, chain.name), command);
  }
  const reason = one.evidence.isPermissive ? undefined : whyNoRoute(one, servers);
  if (!reason) {
    return endsHere('client-route', words.notTold(podName(client)), command);
  }
  return breaks('client-route', reason, command, withoutChain(one));
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
  const { split: words } = one.words;
  if (!unknown) return holds('split', words.shares(shares.join(', ')), command);
  const backend = serviceOfCluster(unknown.name);
  const fix = {
    object: `TrafficTarget ${one.question.to.namespace}/…`,
    field: 'spec.destination',
    change: words.createTarget(backend, one.account.name, one.account.namespace),
  };
  const says = words.mayNotCall(shares.join(', '), backend);
  return breaks('split', { says, fix }, command, answer(one, 503, one.words.sees.emptyBodyForShare));
}

export function endpointsLink(one: Case): Step | undefined {
  const { client, servers } = one.evidence;
  const { endpoints: words } = one.words;
  const { namespace, name } = one.question.to;
  const command = `kubectl get endpoints ${name} -n ${namespace}`;
  const filled = upstreams(one).filter(({ name: cluster }) => client.proxy?.endpoints.has(cluster));
  if (filled.length === 0) return undefined;
  const empty = filled.find(({ name: cluster }) => client.proxy?.endpoints.get(cluster) === 0);
  if (!empty) return holds('endpoints', words.holds, command);
  const outcome = answer(one, 503, 'no healthy upstream');
  const unready = servers.find(({ pod }) => !isReady(pod));
  if (unready) {
    const fix = {
      object: `${podsRef.kind} ${podName(unready)}`,
      field: 'status.conditions',
      change: words.mendPod,
    };
    return breaks('endpoints', { says: words.notReady(podName(unready)), fix }, command, outcome);
  }
  if (servers.length === 0) {
    const fix = { object: `Service ${serviceName(one)}`, field: 'spec.selector', change: words.selectPods };
    return breaks('endpoints', { says: words.selectsNone, fix }, command, outcome);
  }
  const reason = whyNobodyCounts(one, servers);
  return reason ? breaks('endpoints', reason, command, outcome) : endsHere('endpoints', words.notTold, command);
}
