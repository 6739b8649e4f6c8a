import { sameJson } from '../../../kube/json-value.ts';
import { dns1035Label, dnsLabel, dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject, Service, ServicePort } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { duplicateValue, forbiddenField, invalidValue, oneOf, portErrors, required } from '../field-errors.ts';
import type { Strategy, StrategyContext } from '../strategy.ts';
import { labelErrors } from './validation/labels.ts';
import { portOrNameErrors } from './validation/probes.ts';

const asService = (object: KubeObject) => object as Service;

export const serviceStrategy: Strategy = {
  nameRule: dns1035Label,
  generation: 'none',
  hasStatus: true,
  deleteAnswersObject: true,
  defaults(draft) {
    const { spec } = asService(draft);
    if (!spec) return;
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP';
      if (port.targetPort === undefined || port.targetPort === '') port.targetPort = port.port;
    }
    spec.type ??= 'ClusterIP';
    spec['sessionAffinity'] ??= 'None';
    if (spec.type !== 'ExternalName') {
      spec['ipFamilies'] ??= ['IPv4'];
      spec['ipFamilyPolicy'] ??= 'SingleStack';
      spec['internalTrafficPolicy'] ??= 'Cluster';
    }
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec['externalTrafficPolicy'] ??= 'Cluster';
    if (spec.type === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
  },
  prepareCreate(draft, context) {
    asService(draft).status = { loadBalancer: {} };
    return allocate(asService(draft), context);
  },
  prepareUpdate(draft, current, context) {
    const [next, before] = [asService(draft).spec, asService(current).spec];
    dropWhatTypeNeeded(next, before);
    // A PUT or apply that leaves the allocated fields out keeps them.
    if (next.type !== 'ExternalName' && before.type !== 'ExternalName') {
      next.clusterIP ??= before.clusterIP ?? '';
      if (before.clusterIPs) next.clusterIPs ??= [...before.clusterIPs];
      keepNodePorts(next, before);
    }
    return allocate(asService(draft), context);
  },
  validate(object) {
    const { spec } = asService(object);
    const errors = oneOf('spec.type', spec?.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
    const isHeadless = spec?.clusterIP === 'None';
    if (spec?.type === 'ExternalName') return [...errors, ...externalNameErrors(spec.externalName)];
    if (!spec?.ports?.length && !isHeadless) errors.push(required('spec.ports'));
    return [
      ...errors,
      ...portListErrors(spec?.ports ?? []),
      ...labelErrors(spec?.selector, 'spec.selector'),
      ...exposureErrors(spec),
    ];
  },
  validateUpdate(object, current) {
    const [next, before] = [asService(object).spec, asService(current).spec];
    if (!before.clusterIP || before.type === 'ExternalName' || next.type === 'ExternalName') return [];
    if (sameJson(next.clusterIPs, before.clusterIPs) && next.clusterIP === before.clusterIP) return [];
    const wish = next.clusterIP === before.clusterIP ? next.clusterIPs : [next.clusterIP];
    return [invalidValue('spec.clusterIPs[0]', wish, 'may not change once set')];
  },
  selectableFields: {
    'spec.clusterIP': (object) => asService(object).spec.clusterIP ?? '',
    'spec.type': (object) => asService(object).spec.type ?? '',
  },
};

/** A change of the type takes with it what only the old type had, unless it was changed as well. */
function dropWhatTypeNeeded(next: Service['spec'], before: Service['spec']): void {
  if (isExposed(before) && !isExposed(next)) {
    next.ports?.forEach((port, index) => {
      if (port.nodePort === before.ports?.[index]?.nodePort) delete port.nodePort;
    });
    for (const field of ['externalTrafficPolicy', 'allocateLoadBalancerNodePorts', 'healthCheckNodePort'])
      if (next[field] === before[field]) delete next[field];
  }
  if (before.type !== 'ExternalName' && next.type === 'ExternalName' && next.clusterIP === before.clusterIP) {
    delete next.clusterIP;
    for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']) delete next[field];
  }
}

function keepNodePorts(next: Service['spec'], before: Service['spec']): void {
  if (next.type !== 'NodePort' && next.type !== 'LoadBalancer') return;
  for (const port of next.ports ?? []) {
    const same = before.ports?.find((each) => each.port === port.port && each.protocol === port.protocol);
    if (same?.nodePort) port.nodePort ??= same.nodePort;
  }
}

function allocate(service: Service, context: StrategyContext): StatusCause[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return [];
  const errors: StatusCause[] = [];
  if (!spec.clusterIP) {
    const [wish] = spec.clusterIPs ?? [];
    const granted = context.allocateClusterIp(wish, service);
    if ('refused' in granted) errors.push(invalidValue('spec.clusterIPs', [wish], granted.refused));
    else spec.clusterIP = granted.ip;
  } else if (spec.clusterIP !== 'None') {
    const granted = context.allocateClusterIp(spec.clusterIP, service);
    if ('refused' in granted) errors.push(invalidValue('spec.clusterIPs', [spec.clusterIP], granted.refused));
  }
  if (spec.clusterIP) spec.clusterIPs ??= [spec.clusterIP];
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    (spec.ports ?? []).forEach((port, index) => {
      const granted = context.allocateNodePort(port.nodePort, service);
      if ('port' in granted) port.nodePort = granted.port;
      else errors.push(invalidValue(`spec.ports[${index}].nodePort`, port.nodePort, granted.refused));
    });
  }
  return errors;
}

function externalNameErrors(name: string | undefined): StatusCause[] {
  if (!name) return [required('spec.externalName')];
  const wrong = dnsSubdomain(name);
  return wrong ? [invalidValue('spec.externalName', name, wrong)] : [];
}

const isExposed = (spec: Service['spec']) => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** What only some types of Service can have. */
function exposureErrors(spec: Service['spec'] | undefined): StatusCause[] {
  if (!spec) return [];
  const errors = [
    ...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']),
    ...oneOf('spec.internalTrafficPolicy', spec['internalTrafficPolicy'], ['Cluster', 'Local']),
  ];
  if (isExposed(spec)) {
    if (spec.type === 'LoadBalancer' && spec.clusterIP === 'None') {
      errors.push(invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"));
    }
    return [...errors, ...oneOf('spec.externalTrafficPolicy', spec['externalTrafficPolicy'], ['Cluster', 'Local'])];
  }
  const policy = spec['externalTrafficPolicy'];
  if (policy) {
    const why = 'may only be set for externally-accessible services';
    errors.push(invalidValue('spec.externalTrafficPolicy', policy, why));
  }
  (spec.ports ?? []).forEach((port, index) => {
    if (!port.nodePort) return;
    errors.push(forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  });
  return errors;
}

function portListErrors(ports: readonly ServicePort[]): StatusCause[] {
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const errors: StatusCause[] = [];
    if (!port.name && ports.length > 1) errors.push(required(`${path}.name`));
    const wrongName = port.name ? dnsLabel(port.name) : undefined;
    if (wrongName) errors.push(invalidValue(`${path}.name`, port.name, wrongName));
    if (port.name && seen.has(port.name)) errors.push(duplicateValue(`${path}.name`, port.name));
    errors.push(...portErrors(`${path}.port`, port.port));
    errors.push(...oneOf(`${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
    errors.push(...portOrNameErrors(port.targetPort, `${path}.targetPort`));
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) errors.push(duplicateValue(path, { port: port.port, protocol: port.protocol }));
    seen.add(key).add(port.name ?? '');
    return errors;
  });
}
