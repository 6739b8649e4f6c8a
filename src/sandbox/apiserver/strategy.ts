import type { NameRule } from '../../kube/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { StatusCause } from '../../kube/status.ts';

/** What a strategy may ask of the cluster around the object. */
export interface StrategyContext {
  now(): number;
  random: { next(): number };
  /**
   * An address of the service range that no other Service than `owner` has; a wish is granted or refused with the
   * API's words.
   */
  allocateClusterIp(wish: string | undefined, owner: KubeObject): { ip: string } | { refused: string };
  allocateNodePort(wish: number | undefined, owner: KubeObject): { port: number } | { refused: string };
}

/**
 * What is particular about one kind. Every method works on a draft that the caller owns, in this order:
 * defaults, prepare, validate. A kind without a method has nothing particular there.
 */
export interface Strategy {
  nameRule: NameRule;
  /** When metadata.generation counts: on spec changes, on any change outside metadata and status, or never. */
  generation: 'spec' | 'all' | 'none';
  /** Fields of the spec that the server sets itself, so that they don't count. */
  notCounted?: readonly string[];
  /** Status is written only through its subresource. */
  hasStatus: boolean;
  /** Fills in what a real server fills in; also for objects that came through a patch. */
  defaults?(draft: KubeObject): void;
  /** After admission, before validation: status cleared, addresses allocated. */
  prepareCreate?(draft: KubeObject, context: StrategyContext): StatusCause[];
  prepareUpdate?(draft: KubeObject, current: KubeObject, context: StrategyContext): StatusCause[];
  validate?(object: KubeObject): StatusCause[];
  /** Immutable fields; `validate` runs as well. */
  validateUpdate?(object: KubeObject, current: KubeObject): StatusCause[];
  /** What an update of a subresource makes of its part. */
  validatePartUpdate?(object: KubeObject, current: KubeObject, subresource: string): StatusCause[];
  /** Fields beyond metadata.name and metadata.namespace that field selectors may name. */
  selectableFields?: Record<string, (object: KubeObject) => string>;
  /** Seconds that a delete waits for the kubelet; absent: objects go at once. */
  gracePeriodSeconds?(object: KubeObject): number;
  /** Whether a delete that is done at once answers with the object (a Pod, a Service) or with a Status. */
  deleteAnswersObject?: boolean;
  /** Where the replicas are, for the scale subresource. */
  scale?: { spec: string; status: string; selector?: string };
}
