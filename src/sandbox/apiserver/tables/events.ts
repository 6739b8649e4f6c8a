import { ageOf } from '../../../kube/duration.ts';
import type { CoreEvent } from '../../../kube/objects.ts';
import { columns, type TableKind } from './columns.ts';

/** The name is the last column here, unlike everywhere else. Kubernetes: pkg/printers/internalversion printEvent. */
export const eventTable: TableKind<CoreEvent> = {
  columns: columns(
    'Last Seen',
    'Type',
    'Reason',
    'Object',
    'Subobject@1',
    'Source@1',
    'Message',
    'First Seen@1',
    'Count:integer@1',
    'Name/name@1',
  ),
  cells: (event, nowMs) => {
    const more = event as CoreEvent & {
      eventTime?: string | null;
      series?: { count?: number; lastObservedTime?: string };
      reportingInstance?: string;
    };
    const first = event.firstTimestamp ?? more.eventTime;
    const last = more.series?.lastObservedTime ?? event.lastTimestamp ?? first;
    const { kind = '', name = '', fieldPath = '' } = event.involvedObject;
    return [
      ageOf(last, nowMs),
      event.type ?? '',
      event.reason ?? '',
      `${kind.toLowerCase()}/${name}`,
      fieldPath,
      source(event, more.reportingInstance),
      (event.message ?? '').trim(),
      ageOf(first, nowMs),
      more.series?.count ?? event.count ?? 1,
      event.metadata.name,
    ];
  },
};

function source(event: CoreEvent, reportingInstance: string | undefined): string {
  const { component, host } = (event['source'] ?? {}) as { component?: string; host?: string };
  const who = component || ((event['reportingComponent'] as string | undefined) ?? '');
  const where = host || reportingInstance;
  return where ? `${who}, ${where}` : who;
}
