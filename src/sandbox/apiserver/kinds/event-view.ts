import type { CoreEvent, KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField, notSupported, required } from '../field-errors.ts';
import type { ObjectView } from '../served-resource.ts';
import type { Strategy } from '../strategy.ts';
import { eventStrategy } from './core.ts';

/**
 * events.k8s.io/v1: the core Events a second time, with other names for their fields. k9s lists events there and nowhere else,
 * newer client libraries write them there. Kubernetes: pkg/apis/events/v1/conversion.go
 */
export const eventView: ObjectView = {
  storedAs: { group: '', version: 'v1', resource: 'events' },
  show(stored) {
    const { involvedObject, message, source, reportingComponent, ...rest } = stored as CoreEvent;
    const { count, firstTimestamp, lastTimestamp, ...same } = rest;
    return defined({
      ...same,
      eventTime: same.eventTime ?? null,
      reportingController: reportingComponent ?? '',
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
    });
  },
  store(shown) {
    const { regarding, note, reportingController, deprecatedSource, ...rest } = shown;
    const { deprecatedCount, deprecatedFirstTimestamp, deprecatedLastTimestamp, ...same } = rest;
    return defined({
      ...same,
      involvedObject: regarding ?? {},
      message: note,
      source: deprecatedSource ?? {},
      reportingComponent: reportingController,
      firstTimestamp: deprecatedFirstTimestamp ?? null,
      lastTimestamp: deprecatedLastTimestamp ?? null,
      count: deprecatedCount,
    });
  },
};

function defined(object: Record<string, unknown>): KubeObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as KubeObject;
}

// What asks about `regarding` asks for what is stored as `involvedObject`.
const ofRegarding = Object.entries(eventStrategy.selectableFields ?? {}).flatMap(([field, read]) => {
  if (field === 'source') return [];
  return [[field.replace('involvedObject', 'regarding').replace('reportingComponent', 'reportingController'), read]];
});

const deprecated = ['deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount'];

/** Kubernetes: pkg/apis/core/validation/events.go, validateV1EventCreate. What is there already may be of the old kind. */
function newEventErrors(object: KubeObject): StatusCause[] {
  const missing = ['eventTime', 'reportingController', 'reportingInstance', 'action', 'reason'];
  return [
    ...missing.filter((field) => !object[field]).map((field) => required(field)),
    ...(object['type'] === 'Normal' || object['type'] === 'Warning'
      ? []
      : [notSupported('type', object['type'] ?? '', ['Normal', 'Warning'])]),
    ...deprecated.filter((field) => object[field]).map((field) => forbiddenField(field, 'needs to be unset')),
  ];
}

export const eventViewStrategy: Strategy = {
  nameRule: eventStrategy.nameRule,
  generation: 'none',
  hasStatus: false,
  prepareCreate: newEventErrors,
  validate(object) {
    const causes = eventStrategy.validate?.(eventView.store(object)) ?? [];
    return causes.map((cause) => ({ ...cause, field: cause.field?.replace('involvedObject', 'regarding') ?? '' }));
  },
  selectableFields: Object.fromEntries(ofRegarding),
};
