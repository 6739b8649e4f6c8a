import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';

/**
 * The controller's cache of TrafficSplits. The API takes any number for a weight, the SDK's Go type only whole ones, and a
 * list is decoded as a whole: one fraction, in whatever namespace, and the cache stays as it was until the object is
 * gone (smi-sdk-go, pkg/apis/split/v1alpha2/traffic_split.go; client-go's reflector lists again and fails again).
 */
export class TrafficSplitInformer {
  readonly #api: ClusterApi;
  readonly #log: LogWriter;
  #cached: readonly kinds.TrafficSplit[] = [];

  constructor(api: ClusterApi, log: LogWriter) {
    this.#api = api;
    this.#log = log;
  }

  list(): readonly kinds.TrafficSplit[] {
    const listed = this.#api.list(kinds.trafficSplits);
    const fraction = listed
      .flatMap(({ spec }) => spec?.backends ?? [])
      .find(({ weight }) => !Number.isInteger(weight))?.weight;
    if (fraction === undefined) {
      this.#cached = listed;
    } else {
      const why = `json: cannot unmarshal number ${fraction} into Go struct field TrafficSplitBackend.items.spec.backends.weight of type int`;
      const type = '*v1alpha2.TrafficSplit';
      this.#log.error('k8s', `Failed to watch ${type}: failed to list ${type}: ${why}`);
    }
    return this.#cached;
  }
}
