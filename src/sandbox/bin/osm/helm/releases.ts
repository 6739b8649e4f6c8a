import type { KubeObject } from '../../../../kube/objects.ts';
import { StatusError } from '../../../../kube/status.ts';
import { controlPlaneDeployments } from '../../../mesh/osm/chart/deployments.ts';
import { jaegerObjects } from '../../../mesh/osm/chart/jaeger.ts';
import {
  controlPlaneAccount,
  controlPlaneAutoscalers,
  controlPlaneRole,
  controlPlaneServices,
} from '../../../mesh/osm/chart/objects.ts';
import { presetConfigMap } from '../../../mesh/osm/chart/preset-mesh-config.ts';
import { presetRootCertificates } from '../../../mesh/osm/chart/preset-root-certificate.ts';
import type { ChartRelease } from '../../../mesh/osm/chart/release.ts';
import { chartMetadata, defaultValues } from '../../../mesh/osm/chart/values.ts';
import type { ApiConnection } from '../../api/connection.ts';
import { requestJson } from '../../api/connection.ts';
import { messageOf } from '../mesh.ts';
import { chartValues } from './check-values.ts';
import {
  adoptable,
  createObject,
  deletePath,
  inInstallOrder,
  keyOf,
  owned,
  pathOf,
  updateObject,
} from './cluster-objects.ts';
import { removeLeftovers, runPreinstall } from './hooks.ts';
import { createRecord, deleteRecord, type ReleaseRecord, releaseHistory, updateRecord } from './release-records.ts';
import { isTable, type Values } from './set-values.ts';
import { type Patience, untilReady } from './waiting.ts';

/**
 * What the osm CLI has Helm do for it: install, upgrade and uninstall OSM's chart (Helm 3.11: pkg/action). It knows one
 * chart. Hooks run as pods or from here, because the sandbox's API server serves no Jobs.
 */
export interface ReleaseTarget {
  api: ApiConnection;
  name: string;
  namespace: string;
  /** Lines for `--verbose`. */
  debug(line: string): void;
}

export interface ReleaseOptions {
  /** What was given with --set, and what the command adds to it. */
  set: Values;
  patience: Patience;
  atomic?: boolean;
}

export class ReleaseNotFound extends Error {
  override readonly name = 'ReleaseNotFound';
}

const longestName = 53;
const releaseName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function checkName(name: string, complain: (rule: string) => string): void {
  if (name.length <= longestName && releaseName.test(name)) return;
  throw new Error(
    complain(
      `invalid release name, must match regex ${releaseName.source} and the length must not be longer than ${longestName}`,
    ),
  );
}

function rendered(release: ChartRelease): KubeObject[] {
  return inInstallOrder([
    controlPlaneAccount(release),
    presetConfigMap(release),
    ...presetRootCertificates(release),
    ...controlPlaneRole(release),
    ...controlPlaneServices(release),
    ...controlPlaneDeployments(release),
    ...controlPlaneAutoscalers(release),
    ...jaegerObjects(release),
  ]);
}

async function manifestText(objects: readonly KubeObject[]): Promise<string> {
  const { stringify } = await import('yaml');
  return objects
    .map((object) => `---\n# Source: osm/templates/${object.metadata.name}.yaml\n${stringify(object)}`)
    .join('');
}

export async function manifestObjects(manifest: string): Promise<KubeObject[]> {
  const { parseAllDocuments } = await import('yaml');
  return parseAllDocuments(manifest)
    .map((document) => document.toJS() as unknown)
    .filter(isTable)
    .map((object) => object as unknown as KubeObject);
}

async function ensureNamespace({ api, namespace }: ReleaseTarget): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { name: namespace } } };
  try {
    await requestJson(api, '/api/v1/namespaces', { method: 'POST', body: JSON.stringify(object) });
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  }
}

function newRecord({ name, namespace }: ReleaseTarget, set: Values, manifest: string, version: number): ReleaseRecord {
  const now = new Date().toISOString();
  return {
    name,
    namespace,
    version,
    info: {
      first_deployed: now,
      last_deployed: now,
      deleted: '',
      description: 'Initial install underway',
      status: 'pending-install',
      notes: 'Congratulations! The OSM control plane has been installed in your Kubernetes cluster!\n',
    },
    chart: { metadata: chartMetadata, values: defaultValues() },
    config: set,
    manifest,
  };
}

const settle = (
  record: ReleaseRecord,
  status: ReleaseRecord['info']['status'],
  description: string,
): ReleaseRecord => ({
  ...record,
  info: { ...record.info, status, description },
});

export async function installRelease(target: ReleaseTarget, options: ReleaseOptions): Promise<void> {
  const { api, name, namespace, debug } = target;
  const history = await releaseHistory(api, namespace, name).catch((error: unknown) => {
    throw new Error(`Kubernetes cluster unreachable: ${messageOf(error)}`, { cause: error });
  });
  checkName(name, (rule) => `release name ${JSON.stringify(name)}: ${rule}`);
  if (history.length > 0) throw new Error('cannot re-use a name that is still in use');
  const release: ChartRelease = {
    name,
    namespace,
    values: chartValues(options.set),
    appVersion: chartMetadata.appVersion,
  };
  const objects = rendered(release).map((object) => owned(object, name, namespace));
  const adopted = await adoptable(api, objects, name, namespace).catch((error: unknown) => {
    throw new Error(
      `rendered manifests contain a resource that already exists. Unable to continue with install: ${messageOf(error)}`,
      { cause: error },
    );
  });
  await ensureNamespace(target);
  const record = newRecord(target, options.set, await manifestText(objects), 1);
  await createRecord(api, record);
  try {
    await runPreinstall(api, release, options.patience, debug);
    debug(`creating ${objects.length} resource(s)`);
    for (const object of objects) {
      if (adopted.includes(object)) await updateObject(api, undefined, object);
      else await createObject(api, object);
    }
    debug(`beginning wait for ${objects.length} resources`);
    await untilReady(api, objects, options.patience);
  } catch (error) {
    await updateRecord(api, settle(record, 'failed', `Release "${name}" failed: ${messageOf(error)}`));
    if (!options.atomic) throw error;
    debug('Install failed and atomic is set, uninstalling release');
    await uninstallRelease(target).catch((second: unknown) => {
      throw new Error(
        `an error occurred while uninstalling the release. original install error: ${messageOf(error)}: ${messageOf(second)}`,
        { cause: error },
      );
    });
    throw new Error(`release ${name} failed, and has been uninstalled due to atomic being set: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await updateRecord(api, settle(record, 'deployed', 'Install complete'));
}

export async function uninstallRelease(target: ReleaseTarget): Promise<void> {
  const { api, name, namespace, debug } = target;
  checkName(name, () => `uninstall: Release name is invalid: ${name}`);
  const history = await releaseHistory(api, namespace, name);
  const last = history.at(-1);
  if (!last) throw new ReleaseNotFound(`uninstall: Release not loaded: ${name}: release: not found`);
  debug(`uninstall: Deleting ${name}`);
  await updateRecord(api, settle(last, 'uninstalling', 'Deletion in progress (or silently failed)'));
  const objects = await manifestObjects(last.manifest);
  for (const object of inInstallOrder(objects).reverse()) await deletePath(api, pathOf(object));
  await removeLeftovers(api, {
    name,
    namespace,
    values: chartValues(last.config as Values),
    appVersion: chartMetadata.appVersion,
  });
  debug(`purge requested for ${name}`);
  for (const record of history) await deleteRecord(api, record);
}

export async function upgradeRelease(target: ReleaseTarget, options: ReleaseOptions): Promise<void> {
  const { api, name, namespace, debug } = target;
  checkName(name, () => `release name is invalid: ${name}`);
  debug(`preparing upgrade for ${name}`);
  const history = await releaseHistory(api, namespace, name);
  const last = history.at(-1);
  if (!last) throw new Error(`"${name}" has no deployed releases`);
  if (last.info.status.startsWith('pending'))
    throw new Error('another operation (install/upgrade/rollback) is in progress');
  const current = history.findLast(({ info }) => info.status === 'deployed') ?? last;
  const release: ChartRelease = {
    name,
    namespace,
    values: chartValues(options.set),
    appVersion: chartMetadata.appVersion,
  };
  const objects = rendered(release).map((object) => owned(object, name, namespace));
  const before = new Map((await manifestObjects(current.manifest)).map((object) => [keyOf(object), object]));
  const added = objects.filter((object) => !before.has(keyOf(object)));
  await adoptable(api, added, name, namespace).catch((error: unknown) => {
    throw new Error(
      `rendered manifests contain a resource that already exists. Unable to continue with update: ${messageOf(error)}`,
      { cause: error },
    );
  });
  const record = settle(
    newRecord(target, options.set, await manifestText(objects), last.version + 1),
    'pending-upgrade',
    'Preparing upgrade',
  );
  record.info.first_deployed = current.info.first_deployed;
  await createRecord(api, record);
  try {
    for (const object of objects) {
      await updateObject(api, before.get(keyOf(object)), object);
      before.delete(keyOf(object));
    }
    for (const object of before.values()) await deletePath(api, pathOf(object));
    await untilReady(api, objects, options.patience);
  } catch (error) {
    await updateRecord(api, settle(record, 'failed', `Upgrade "${name}" failed: ${messageOf(error)}`));
    throw error;
  }
  await updateRecord(api, settle(current, 'superseded', current.info.description));
  await updateRecord(api, settle(record, 'deployed', 'Upgrade complete'));
}
