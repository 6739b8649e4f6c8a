import { parseGoDuration } from '../../../kube/duration.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import type { ControlPlaneLog, LogWriter } from './log.ts';
import { meshConfigName, type OsmInstall } from './names.ts';

/**
 * What a changed MeshConfig sets off while a component runs. Only an update does: OSM takes no notice of one that is
 * deleted or made anew, and reads what it finds when it next needs it.
 */
export function onMeshConfigUpdate(
  api: ClusterApi,
  { namespace }: Pick<OsmInstall, 'namespace'>,
  updated: (before: kinds.MeshConfigSpec, after: kinds.MeshConfigSpec) => void,
): () => void {
  let before: kinds.MeshConfigSpec | undefined;
  return api.watch(kinds.meshConfigs, ({ type, object: { metadata, spec = {} } }) => {
    if (metadata.name !== meshConfigName || metadata.namespace !== namespace) return;
    if (type === 'MODIFIED' && before) updated(before, spec);
    before = type === 'DELETED' ? undefined : spec;
  });
}

/** Whether a change makes the proxies' configuration stale (pkg/messaging/broker.go). */
export function isPushed(before: kinds.MeshConfigSpec, after: kinds.MeshConfigSpec): boolean {
  return pushRelevantFields(before) !== pushRelevantFields(after);
}

function pushRelevantFields({ traffic, observability, featureFlags = {} }: kinds.MeshConfigSpec): string {
  const authorization = traffic?.inboundExternalAuthorization;
  const flags = Object.entries(featureFlags).filter(([, isOn]) => isOn);
  const tracing = observability?.tracing;
  return JSON.stringify([
    traffic?.enableEgress === true,
    traffic?.enablePermissiveTrafficPolicyMode === true,
    tracing && Object.entries(tracing).sort(),
    authorization?.enable === true && Object.entries(authorization).sort(),
    flags.sort(),
  ]);
}

/** The level follows observability.osmLogLevel when that is changed, not when the component starts. */
export function followLogLevel(api: ClusterApi, install: OsmInstall, log: ControlPlaneLog): () => void {
  return onMeshConfigUpdate(api, install, ({ observability: before }, { observability: after }) => {
    const level = after?.osmLogLevel ?? '';
    if (level === (before?.osmLogLevel ?? '')) return;
    try {
      log.setLevel(level);
    } catch (error) {
      log.error('kubernetes', `Error setting controller log level to ${level}`, error as Error);
    }
  });
}

const shortestResyncMs = 30_000;

/** Pushes everything from time to time, as sidecar.configResyncInterval says since it was last changed (pkg/ticker). */
export function followResyncInterval(
  parts: { api: ClusterApi; install: OsmInstall; clock: Clock; log: LogWriter },
  resync: () => void,
): () => void {
  const { api, install, clock, log } = parts;
  let cancel = () => {};
  const tickEvery = (ms: number) => {
    cancel = clock.after(ms, () => {
      tickEvery(ms);
      resync();
    });
  };
  const stop = onMeshConfigUpdate(api, install, ({ sidecar: before }, { sidecar: after }) => {
    const text = after?.configResyncInterval ?? '';
    if (text === '' || text === (before?.configResyncInterval ?? '')) return;
    const ms = parseGoDuration(text);
    if (ms === undefined) log.error('ticker', `Error parsing config new resync interval`, invalidDuration(text));
    else if (ms >= shortestResyncMs) {
      cancel();
      tickEvery(ms);
    } else if (ms === 0) {
      log.warn('ticker', 'Resync interval set to 0, stopping ticker');
      cancel();
    } else log.warn('ticker', 'New resync interval is less than min allowed interval 30s, ticker will not be updated');
  });
  return () => {
    stop();
    cancel();
  };
}

/** Go's words. */
const invalidDuration = (text: string) => new Error(`time: invalid duration "${text}"`);
