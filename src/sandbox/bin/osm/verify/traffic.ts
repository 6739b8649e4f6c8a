/** The traffic that a verification is about. Names are `namespace/name`. */
export interface NamespacedName {
  namespace: string;
  name: string;
}

export interface Traffic {
  fromPod?: NamespacedName;
  /** Of an ingress. */
  fromService?: NamespacedName;
  toPod?: NamespacedName;
  toService?: NamespacedName;
  ingressBackend?: NamespacedName;
  /** Of the ingress backend. */
  toPort: number;
  externalHost: string;
  /** Zero: the traffic stays in the mesh. */
  externalPort: number;
  protocol: string;
}

export const shown = ({ namespace, name }: NamespacedName): string => `${namespace}/${name}`;
/** Go's `%q` of one. */
export const quoted = (named: NamespacedName): string => JSON.stringify(shown(named));

export function parseNamespacedName(text: string): NamespacedName | undefined {
  const [namespace = '', name = '', ...more] = text.split('/');
  return text.includes('/') && more.length === 0 ? { namespace, name } : undefined;
}

/** Tab-indented lines after the context. The source service is asked for by the destination's, as in the original. */
export function describeTraffic(traffic: Traffic): string {
  const { fromPod, fromService, toPod, toService, externalHost, externalPort, protocol } = traffic;
  const lines = [
    ...(fromPod ? [`source pod: ${shown(fromPod)}`] : []),
    ...(toService ? [`source service: ${fromService ? shown(fromService) : '<nil>'}`] : []),
    ...(toPod ? [`destination pod: ${shown(toPod)}`] : []),
    ...(toService ? [`destination service: ${shown(toService)}`] : []),
    ...(externalHost ? [`external host: ${externalHost}`] : []),
    ...(externalPort ? [`external port: ${externalPort}`] : []),
    `destination protocol: ${protocol}`,
  ];
  return `\n${lines.map((line) => `\t${line}`).join('\n')}`;
}
