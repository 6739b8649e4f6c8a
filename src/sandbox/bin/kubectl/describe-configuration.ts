import type { ConfigMap, EndpointSlice, KubeObject, Namespace, Secret, Service } from '../../../kube/objects.ts';
import { listObjects } from '../api/connection.ts';
import type { DescribeText } from './describe-text.ts';
import { selectorText } from './describe-workloads.ts';
import type { Session } from './session.ts';

/** The pages of Namespace, Service, ServiceAccount, ConfigMap and Secret (k8s.io/kubectl/pkg/describe). */
function describeHead(out: DescribeText, { metadata }: KubeObject): void {
  out.line(0, `Name:\t${metadata.name}`);
  if (metadata.namespace) out.line(0, `Namespace:\t${metadata.namespace}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
}

export async function describeService(out: DescribeText, session: Session, service: Service): Promise<void> {
  const { metadata, spec } = service;
  describeHead(out, service);
  out.line(0, `Selector:\t${selectorText(spec.selector)}`);
  out.line(0, `Type:\t${spec.type ?? 'ClusterIP'}`);
  out.line(0, `IP Family Policy:\t${String(spec['ipFamilyPolicy'] ?? 'SingleStack')}`);
  out.line(0, 'IP Families:\tIPv4');
  out.line(0, `IP:\t${spec.clusterIP ?? ''}`);
  out.line(0, `IPs:\t${spec.clusterIPs?.join(',') ?? ''}`);
  const slices = await listObjects<EndpointSlice>(
    session.api,
    `/apis/discovery.k8s.io/v1/namespaces/${metadata.namespace}/endpointslices?labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${metadata.name}`)}`,
  );
  for (const port of spec.ports ?? []) {
    out.line(0, `Port:\t${port.name ?? '<unset>'}\t${port.port}/${port.protocol ?? 'TCP'}`);
    out.line(0, `TargetPort:\t${port.targetPort ?? port.port}/${port.protocol ?? 'TCP'}`);
    const addresses = slices.flatMap(({ endpoints, ports }) =>
      (endpoints ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
        .flatMap((endpoint) =>
          (ports ?? [])
            .filter((entry) => (entry.name ?? '') === (port.name ?? ''))
            .flatMap((entry) => endpoint.addresses.map((address) => `${address}:${entry.port}`)),
        ),
    );
    out.line(0, `Endpoints:\t${addresses.join(',') || '<none>'}`);
  }
  out.line(0, `Session Affinity:\t${String(spec['sessionAffinity'] ?? 'None')}`);
  out.line(0, `Internal Traffic Policy:\t${String(spec['internalTrafficPolicy'] ?? 'Cluster')}`);
}

export function describeNamespace(out: DescribeText, namespace: Namespace): void {
  describeHead(out, namespace);
  out.line(0, `Status:\t${namespace.status?.phase ?? ''}`);
  out.line(0, '');
  out.line(0, 'No resource quota.');
  out.line(0, '');
  out.line(0, 'No LimitRange resource.');
}

export function describeServiceAccount(out: DescribeText, account: KubeObject): void {
  describeHead(out, account);
  const secrets = (account as { imagePullSecrets?: { name: string }[] }).imagePullSecrets ?? [];
  out.line(0, `Image pull secrets:\t${secrets.map(({ name }) => name).join(',') || '<none>'}`);
}

export function describeConfigMap(out: DescribeText, map: ConfigMap): void {
  describeHead(out, map);
  out.line(0, '\nData\n====');
  for (const [key, value] of Object.entries(map.data ?? {}).sort()) out.line(0, `${key}:\n----\n${value}\n`);
  out.line(0, '\nBinaryData\n====');
  const binary = (map as { binaryData?: Record<string, string> }).binaryData ?? {};
  for (const [key, value] of Object.entries(binary).sort())
    out.line(0, `${key}: ${Buffer.from(value, 'base64').length} bytes`);
  out.line(0, '');
}

/** Sizes only: a describe page must not show what a Secret holds. */
export function describeSecret(out: DescribeText, secret: Secret): void {
  describeHead(out, secret);
  out.line(0, `\nType:\t${String(secret['type'] ?? 'Opaque')}`);
  out.line(0, '\nData\n====');
  for (const [key, value] of Object.entries(secret.data ?? {}).sort())
    out.line(0, `${key}:\t${Buffer.from(value, 'base64').length} bytes`);
}
