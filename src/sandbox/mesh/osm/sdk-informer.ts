import type { KubeObject } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';

/** One kind as the Go types of its SDK see it: what an API server takes may still not fit into them. */
interface GoType<T extends KubeObject> {
  ref: ResourceRef<T>;
  name: string;
  /** Why this object can't be decoded; undefined when it can. */
  misfit(object: T): string | undefined;
}

/** smi-sdk-go, pkg/apis/split/v1alpha2/traffic_split.go: the API takes any number for a weight, Go only whole ones. */
export const trafficSplitType: GoType<kinds.TrafficSplit> = {
  ref: kinds.trafficSplits,
  name: '*v1alpha2.TrafficSplit',
  misfit({ spec }) {
    const fraction = spec?.backends?.find(({ weight }) => !Number.isInteger(weight))?.weight;
    return fraction === undefined
      ? undefined
      : `json: cannot unmarshal number ${fraction} into Go struct field TrafficSplitBackend.items.spec.backends.weight of type int`;
  },
};

/** smi-sdk-go, pkg/apis/specs/v1alpha4/helpers.go: one item of `headers` is one header. */
export const httpRouteGroupType: GoType<kinds.HttpRouteGroup> = {
  ref: kinds.httpRouteGroups,
  name: '*v1alpha4.HTTPRouteGroup',
  misfit: ({ spec }) =>
    spec?.matches?.some(({ headers }) => headers?.some((item) => Object.keys(item).length > 1))
      ? 'incorrect length of keyval'
      : undefined,
};

/**
 * The controller's cache of one kind. A list is decoded as a whole: one object that does not fit, in whatever namespace,
 * and client-go's reflector lists again and fails again, while the cache stays as it was.
 */
export class SdkInformer<T extends KubeObject> {
  readonly #api: ClusterApi;
  readonly #type: GoType<T>;
  readonly #log: LogWriter;
  #cached: readonly T[] = [];

  constructor(api: ClusterApi, type: GoType<T>, log: LogWriter) {
    this.#api = api;
    this.#type = type;
    this.#log = log;
  }

  list(): readonly T[] {
    const { ref, name, misfit } = this.#type;
    const listed = this.#api.list(ref);
    const why = listed.map(misfit).find((found) => found !== undefined);
    if (why === undefined) this.#cached = listed;
    else this.#log.error('k8s', `Failed to watch ${name}: failed to list ${name}: ${why}`);
    return this.#cached;
  }
}
