import type { KubeObject, Pod } from '../../../../kube/objects.ts';
import { controlPlaneAccount, preinstallRole } from '../../../mesh/osm/chart/objects.ts';
import { type ChartRelease, imageOf, installOf } from '../../../mesh/osm/chart/release.ts';
import { controlPlaneLabels, meshConfigName } from '../../../mesh/osm/names.ts';
import { type ApiConnection, listObjects } from '../../api/connection.ts';
import { createObject, deletePath, pathOf } from './cluster-objects.ts';
import { type Patience, podOutcome } from './waiting.ts';

/**
 * The chart's hooks (charts/osm/templates/preinstall-hook.yaml, cleanup-hook.yaml). Both are Jobs there. Here the first is
 * the pod that its Job would start, so that its log says what it found; the second's deletions are made from here.
 */
const jobName = (release: ChartRelease) => `${release.name}-preinstall`;

function preinstallPod(release: ChartRelease): Pod {
  const install = installOf(release);
  const { osm } = release.values;
  const name = jobName(release);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      namespace: install.namespace,
      labels: { ...controlPlaneLabels(install), 'job-name': name },
    },
    spec: {
      serviceAccountName: name,
      restartPolicy: 'Never',
      containers: [
        {
          name: 'preinstall',
          image: imageOf(release, 'osmPreinstall'),
          imagePullPolicy: osm.image.pullPolicy as 'IfNotPresent',
          command: ['/osm-preinstall'],
          args: [
            `--verbosity=${osm.controllerLogLevel}`,
            `--enforce-single-mesh=${osm.enforceSingleMesh}`,
            `--namespace=${install.namespace}`,
          ],
        },
      ],
    },
  };
}

async function earlierPods(api: ApiConnection, release: ChartRelease): Promise<Pod[]> {
  const selector = encodeURIComponent(`job-name=${jobName(release)}`);
  const path = `/api/v1/namespaces/${installOf(release).namespace}/pods?labelSelector=${selector}`;
  return (await listObjects<Pod>(api, path)).map((pod) => ({ ...pod, kind: 'Pod' }));
}

/** Hook policy before-hook-creation,hook-succeeded: what failed stays, for whoever wants to read its log. */
export async function runPreinstall(
  api: ApiConnection,
  release: ChartRelease,
  patience: Patience,
  debug: (line: string) => void,
): Promise<void> {
  const beside: KubeObject[] = [controlPlaneAccount(release, jobName(release)), ...preinstallRole(release)];
  const remove = async (pods: readonly Pod[]) => {
    for (const object of [...pods, ...beside]) await deletePath(api, pathOf(object));
  };
  await remove(await earlierPods(api, release));
  for (const object of beside) await createObject(api, object);
  const pod = await createObject(api, preinstallPod(release));
  debug(`Watching for changes to Job ${jobName(release)} with timeout`);
  const outcome = await podOutcome(api, { ...pod, kind: 'Pod' }, patience).catch((error: Error) => {
    throw new Error(`failed pre-install: ${error.message}`, { cause: error });
  });
  if (!outcome) throw new Error('failed pre-install: job failed: BackoffLimitExceeded');
  await remove([pod].map((done) => ({ ...done, kind: 'Pod' })));
}

const webhookConfigurations = '/apis/admissionregistration.k8s.io/v1';
const meshKinds = '/apis/config.openservicemesh.io/v1alpha2';

/** What the components made for themselves: MeshConfig, CA, root certificate, webhooks. Kinds stay, with their objects. */
export async function removeLeftovers(api: ApiConnection, release: ChartRelease): Promise<void> {
  const install = installOf(release);
  const { namespace } = install;
  await deletePath(api, `${meshKinds}/namespaces/${namespace}/meshconfigs/${meshConfigName}`);
  await deletePath(api, `/api/v1/namespaces/${namespace}/secrets/${install.caBundleSecretName}`);
  await deletePath(api, `${meshKinds}/namespaces/${namespace}/meshrootcertificates/osm-mesh-root-certificate`);
  const labels = Object.entries(controlPlaneLabels(install)).map(([key, value]) => `${key}=${value}`);
  const owners = { mutatingwebhookconfigurations: 'osm-injector', validatingwebhookconfigurations: 'osm-controller' };
  for (const [resource, app] of Object.entries(owners)) {
    const selector = encodeURIComponent([...labels, `app=${app}`].join(','));
    const found = await listObjects(api, `${webhookConfigurations}/${resource}?labelSelector=${selector}`);
    for (const { metadata } of found) await deletePath(api, `${webhookConfigurations}/${resource}/${metadata.name}`);
  }
}
