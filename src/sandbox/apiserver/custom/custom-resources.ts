import type { CustomResourceDefinition } from '../../../kube/api-extensions.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { apiVersionOf } from '../../../kube/resources.ts';
import type { ServedResource, ServedSubresource, Verb } from '../served-resource.ts';
import type { Strategy } from '../strategy.ts';
import { jsonPathValues } from '../tables/json-path.ts';

const verbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const change: ServedSubresource['verbs'] = ['get', 'patch', 'update'];

/** What a definition brings to life: one resource for each version that it serves. */
export function customResourcesOf(definition: CustomResourceDefinition): ServedResource[] {
  const { spec, metadata } = definition;
  const storageVersion = spec.versions.find((version) => version.storage)?.name ?? '';
  return spec.versions
    .filter((version) => version.served)
    .map((version) => {
      const hasStatus = version.subresources?.status !== undefined;
      const scale = version.subresources?.scale as ScalePaths | undefined;
      const subresources: ServedSubresource[] = [];
      if (scale) {
        const kind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
        subresources.push({ name: 'scale', verbs: change, kind });
      }
      if (hasStatus) subresources.push({ name: 'status', verbs: change });
      return {
        group: spec.group,
        version: version.name,
        resource: spec.names.plural,
        kind: spec.names.kind,
        listKind: spec.names.listKind ?? `${spec.names.kind}List`,
        singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
        namespaced: spec.scope === 'Namespaced',
        verbs,
        shortNames: spec.names.shortNames ?? [],
        categories: spec.names.categories ?? [],
        subresources,
        custom: {
          ...version,
          schemaRoot: version.schema?.openAPIV3Schema ?? {},
          storageVersion,
          definition: metadata.name ?? '',
        },
        strategy: customStrategy(
          hasStatus,
          scale,
          (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
        ),
      };
    });
}

interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

function customStrategy(hasStatus: boolean, scale: ScalePaths | undefined, selectable: readonly string[]): Strategy {
  return {
    nameRule: dnsSubdomain,
    generation: 'all',
    hasStatus,
    selectableFields: Object.fromEntries(
      selectable.map((path) => [path.replace(/^\./, ''), (object) => String(jsonPathValues(path, object)[0] ?? '')]),
    ),
    ...(scale && {
      scale: {
        spec: scale.specReplicasPath,
        status: scale.statusReplicasPath,
        ...(scale.labelSelectorPath && { selector: scale.labelSelectorPath }),
      },
    }),
  };
}

/** The same object as another version shows it. Conversion of custom resources is None: only the apiVersion differs. */
export function inVersion(object: KubeObject, resource: ServedResource): KubeObject {
  if (resource.view) {
    const { kind } = resource;
    return Object.freeze({ ...resource.view.show(object), apiVersion: apiVersionOf(resource), kind });
  }
  if (!resource.custom) return object;
  const apiVersion = `${resource.group}/${resource.version}`;
  return object.apiVersion === apiVersion ? object : Object.freeze({ ...object, apiVersion });
}
