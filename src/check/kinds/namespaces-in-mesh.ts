import { namespaces } from '../../kube/resources.ts';
import { askCluster, passed, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  namespaces: readonly string[];
  mesh: string;
  injection: boolean;
}

const fields = {
  namespaces: { description: 'the namespaces, all of which must be in the mesh', required: true },
  mesh: { description: 'the name of the mesh; osm, as AKS names it, if left out' },
  injection: { description: 'false: sidecar injection need not be enabled' },
};

// What `osm namespace add` writes: OSM 1.2 cmd/cli/namespace_add.go.
const monitoredBy = 'openservicemesh.io/monitored-by';
const injection = 'openservicemesh.io/sidecar-injection';

export const namespacesInMesh: CheckKind<Spec> = {
  kind: 'namespaces-in-mesh',
  temper: 'level',
  summary: 'Namespaces exist, are monitored by the mesh, and get sidecars injected.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const names = spec.texts('namespaces');
    if (names.length === 0) throw new SpecProblem('namespaces', 'must name at least one namespace.');
    return { namespaces: names, mesh: spec.optionalText('mesh') ?? 'osm', injection: spec.flag('injection', true) };
  },
  describe: (spec, { conditions }) => conditions.namespacesInMesh.title(spec.namespaces),
  subject: (spec) => `mesh of ${spec.namespaces.join(' ')}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.namespacesInMesh;
      for (const name of spec.namespaces) {
        const namespace = await kube.get(namespaces, name);
        const on = `Namespace ${name}`;
        if (!namespace) {
          return wrong({
            expected: words.aNamespace(name),
            saw: words.missing,
            on,
            tryThis: 'kubectl get namespaces',
            missing: on,
          });
        }
        const mesh = namespace.metadata.labels?.[monitoredBy];
        if (mesh !== spec.mesh) {
          return wrong({
            expected: words.wantsLabel(`${monitoredBy}=${spec.mesh}`),
            saw: mesh === undefined ? words.noLabel : `${monitoredBy}=${mesh}`,
            on: `${on}, metadata.labels`,
            tryThis: 'osm namespace list',
          });
        }
        const value = namespace.metadata.annotations?.[injection];
        if (spec.injection && !['enabled', 'yes', 'true'].includes((value ?? '').toLowerCase())) {
          return wrong({
            expected: words.wantsAnnotation(`${injection}: enabled`),
            saw: value === undefined ? words.noAnnotation : `${injection}: ${value}`,
            on: `${on}, metadata.annotations`,
            tryThis: `kubectl get namespace ${name} -o yaml`,
          });
        }
      }
      return passed(words.monitored(spec.namespaces, spec.mesh));
    }),
};
