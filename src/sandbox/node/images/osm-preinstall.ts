import type { Deployment } from '../../../kube/objects.ts';
import * as resources from '../../../kube/resources.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { ComponentFlags } from '../../mesh/osm/component-flags.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import type { ImageProgram } from '../program.ts';

/** Looks, before a mesh is installed, whether the meshes that are there leave room for it (cmd/osm-preinstall). */
export function osmPreinstall({ api }: { api: ClusterApi }): ImageProgram {
  return {
    repositories: ['openservicemesh/osm-preinstall'],
    sizeBytes: 16_777_216,
    entrypoint: ['/osm-preinstall'],
    async run({ argv, clock, stdout }) {
      const flags = new ComponentFlags(argv);
      const log = controlPlaneLog(clock, stdout);
      const controllers = api.list(resources.deployments, { labelSelector: 'app=osm-controller' });
      const failures = [
        ...whyNotAlone(controllers, flags.bool('enforce-single-mesh', true)),
        ...whyNamespaceTaken(controllers, flags.string('namespace')),
      ];
      for (const failure of failures) log.error('osm-preinstall', 'check failed', new Error(failure));
      if (failures.length > 0) log.fatal('osm-preinstall', 'checks failed');
      else log.info('osm-preinstall', 'checks OK');
      return failures.length > 0 ? 1 : 0;
    },
  };
}

const meshOf = ({ metadata }: Deployment) => metadata.labels?.['meshName'] ?? '';
const describe = (found: readonly Deployment[]) =>
  found.map((deployment) => `namespace: ${deployment.metadata.namespace}, name: ${meshOf(deployment)}`).join(', ');

function whyNotAlone(controllers: readonly Deployment[], wantsToBeAlone: boolean): string[] {
  const alone = controllers.filter(({ metadata }) => metadata.labels?.['enforceSingleMesh'] === 'true');
  if (alone.length > 0) {
    return [
      `Mesh(es) ${describe(alone)} already enforce it is the only mesh in the cluster, cannot install new meshes`,
    ];
  }
  if (!wantsToBeAlone || controllers.length === 0) return [];
  return [
    `Mesh(es) ${describe(controllers)} already exist so a new mesh enforcing it is the only one cannot be installed`,
  ];
}

function whyNamespaceTaken(controllers: readonly Deployment[], namespace: string): string[] {
  const here = controllers.filter(({ metadata }) => metadata.namespace === namespace);
  return here.length > 0 ? [`Namespace ${namespace} already contains meshes [${here.map(meshOf).join(' ')}]`] : [];
}
