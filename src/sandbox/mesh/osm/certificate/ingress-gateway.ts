import { parseGoDuration } from '../../../../kube/duration.ts';
import type { Secret } from '../../../../kube/objects.ts';
import * as resources from '../../../../kube/resources.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { ClusterApi } from '../../../cluster-api.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import type { LogWriter } from '../log.ts';
import { onMeshConfigUpdate } from '../mesh-config-changes.ts';
import type { OsmInstall } from '../names.ts';
import { readMeshConfig } from '../read-snapshot.ts';
import type { CertificateManager, Issued } from './manager.ts';

type GatewaySpec = NonNullable<NonNullable<MeshConfigSpec['certificate']>['ingressGateway']>;

interface GatewayParts {
  api: ClusterApi;
  install: OsmInstall;
  clock: Clock;
  certificates: CertificateManager;
  log: LogWriter;
}

const checkEveryMs = 5000;
const encode = (text: string) => Buffer.from(text).toString('base64');

/**
 * The certificate that an ingress gateway shows to the mesh: issued for the first name in MeshConfig's
 * certificate.ingressGateway, kept in the Secret that it names, renewed in time, and removed with the field
 * (pkg/ingress/gateway.go). Returns how to stop.
 */
export function followIngressGateway(parts: GatewayParts): () => void {
  const { api, install, clock, certificates, log } = parts;
  let current: { spec: GatewaySpec; issued: Issued } | undefined;
  let [work, cancel] = [Promise.resolve(), () => {}];
  const enqueue = (what: string, step: () => Promise<void>) => {
    work = work.then(step).catch((error: Error) => log.error('ingress', what, error));
  };
  const issue = (spec: GatewaySpec) =>
    enqueue('Error updating ingress gateway cert and secret', async () => {
      const issued = await certificates.issueGateway(...wanted(spec));
      await store(api, spec, issued);
      current = { spec, issued };
    });
  const remove = ({ secret }: GatewaySpec) =>
    enqueue('Error removing stale gateway certificate/secret', async () => {
      current = undefined;
      await api.delete(resources.secrets, secret.name, secret.namespace);
    });
  const check = () => {
    if (current && certificates.isStale(current.issued)) {
      log.info('ingress', 'Ingress gateway certificate was rotated, updating corresponding secret');
      issue(current.spec);
    }
    cancel = clock.after(checkEveryMs, check);
  };
  const first = readMeshConfig(api, install).certificate?.ingressGateway;
  if (first) issue(first);
  cancel = clock.after(checkEveryMs, check);
  const stop = onMeshConfigUpdate(api, install, (before, after) => {
    const [old, next] = [before.certificate?.ingressGateway, after.certificate?.ingressGateway];
    if (JSON.stringify(old) === JSON.stringify(next)) return;
    if (next) issue(next);
    else if (old) remove(old);
  });
  return () => {
    stop();
    cancel();
  };
}

/** OSM's certificates carry one name, so the first counts. */
function wanted({ subjectAltNames, validityDuration }: GatewaySpec): [string, number] {
  const [name = ''] = subjectAltNames;
  const validityMs = parseGoDuration(validityDuration);
  if (validityMs === undefined) throw new Error(`Invalid cert duration '${validityDuration}' specified`);
  return [name, validityMs];
}

/** Under the keys that every ingress controller reads, whatever the Secret held before. */
async function store(api: ClusterApi, { secret: { name, namespace } }: GatewaySpec, issued: Issued): Promise<void> {
  const data = {
    'ca.crt': encode(issued.trustedCaPem),
    'tls.crt': encode(issued.certPem),
    'tls.key': encode(issued.keyPem),
  };
  const replaced = await api.modify(resources.secrets, name, namespace, (draft) => {
    draft.data = data;
  });
  if (replaced) return;
  const secret: Secret = { metadata: { name, namespace }, type: 'kubernetes.io/tls', data };
  await api.create(resources.secrets, secret);
}
