import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject, Secret } from '../../../../kube/objects.ts';
import { type ApiConnection, listObjects, requestJson } from '../../api/connection.ts';

/**
 * Helm's own record of what it installed: a Secret per revision (Helm: pkg/storage/driver/secrets.go), gzipped JSON in
 * base64, which Kubernetes encodes once more. A real `helm list` reads it; the chart's templates are not in it.
 */
export type ReleaseStatus =
  | 'deployed'
  | 'failed'
  | 'pending-install'
  | 'pending-upgrade'
  | 'superseded'
  | 'uninstalling';

export interface ReleaseRecord {
  name: string;
  namespace: string;
  version: number;
  info: {
    first_deployed: string;
    last_deployed: string;
    deleted: string;
    description: string;
    status: ReleaseStatus;
    notes?: string;
  };
  chart: { metadata: object; values: object };
  /** What was set by hand. */
  config: object;
  /** YAML documents; all objects but hooks. */
  manifest: string;
}

const nameOf = ({ name, version }: ReleaseRecord) => `sh.helm.release.v1.${name}.v${version}`;
const pathOf = (namespace: string, name = '') => `/api/v1/namespaces/${namespace}/secrets${name && `/${name}`}`;

function secretOf(record: ReleaseRecord, stamp: Record<string, string>): Secret {
  const text = gzipSync(JSON.stringify(record), { level: 9 }).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: nameOf(record),
      namespace: record.namespace,
      labels: {
        ...stamp,
        name: record.name,
        owner: 'helm',
        status: record.info.status,
        version: String(record.version),
      },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(text).toString('base64') },
  };
}

const inSeconds = () => String(Math.floor(Date.now() / 1000));
const decode = (base64: string) => Buffer.from(base64, 'base64');

function recordOf(secret: Secret): ReleaseRecord {
  const text = decode(decode(secret.data?.['release'] ?? '').toString());
  return JSON.parse(gunzipSync(text).toString('utf8')) as ReleaseRecord;
}

/** All revisions of a release, oldest first. */
export async function releaseHistory(api: ApiConnection, namespace: string, name: string): Promise<ReleaseRecord[]> {
  const selector = encodeURIComponent(`name=${name},owner=helm`);
  const found = await listObjects<Secret>(api, `${pathOf(namespace)}?labelSelector=${selector}`);
  return found.map(recordOf).sort((a, b) => a.version - b.version);
}

export async function createRecord(api: ApiConnection, record: ReleaseRecord): Promise<void> {
  const body = JSON.stringify(secretOf(record, { createdAt: inSeconds() }));
  await requestJson<KubeObject>(api, pathOf(record.namespace), { method: 'POST', body });
}

export async function updateRecord(api: ApiConnection, record: ReleaseRecord): Promise<void> {
  const body = JSON.stringify(secretOf(record, { modifiedAt: inSeconds() }));
  await requestJson<KubeObject>(api, pathOf(record.namespace, nameOf(record)), { method: 'PUT', body });
}

export async function deleteRecord(api: ApiConnection, record: ReleaseRecord): Promise<void> {
  await requestJson<KubeObject>(api, pathOf(record.namespace, nameOf(record)), { method: 'DELETE' });
}
