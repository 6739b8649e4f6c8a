import type { KubectlVersion } from '../../tools/kubectl.ts';
import type { Transcript } from './transcript.ts';

interface Change {
  /** The first minor version that has it; or the last. */
  since?: number;
  until?: number;
  of: (transcript: Transcript) => Transcript;
}

const inOutput =
  (pattern: RegExp, replacement: string): Change['of'] =>
  (transcript) => ({ ...transcript, output: transcript.output.replaceAll(pattern, replacement) });

const typedAsJson: Change['of'] = (transcript) => ({
  ...transcript,
  requests: transcript.requests.map((request) =>
    request.replace('(protobuf,json; protobuf)', '(json,*; json)').replace('(protobuf,json)', '(json,*)'),
  ),
});

/** What versions that were not recorded say or ask otherwise than 1.32. All of it is the client's own doing. */
const changes: readonly Change[] = [
  { until: 31, of: typedAsJson },
  {
    until: 31,
    of: inOutput(/^(Kubernetes control plane) is running at (\S+)$/gm, '␛[0;32m$1␛[0m is running at ␛[0;33m$2␛[0m'),
  },
  { since: 34, of: deletedFromNamespace },
  // The recorded admission mounted a config map of OpenShift beside Kubernetes' own.
  { since: 34, of: inOutput(/ +ConfigMapName: +openshift-service-ca\.crt\n +ConfigMapOptional: +<nil>\n/g, '') },
  // describe names ports, and says Optional where it said ConfigMapOptional.
  { since: 34, of: inOutput(/(?<=Port: +\d+\/TCP)$/gm, ' (web)') },
  { since: 34, of: inOutput(/ConfigMapOptional: +<nil>/g, 'Optional:  false') },
  { since: 35, of: watchList },
  { since: 35, of: rollbackWarning },
  {
    since: 36,
    of: inOutput(/(error: container nope is not valid for pod \S+)/g, '$1 out of: bookstore, envoy, osm-init (init)'),
  },
];

/** A recorded transcript as another version of kubectl would have left it. */
export function asSaidBy(version: KubectlVersion, recorded: Transcript): Transcript {
  if (version === '1.28') return recorded;
  const minor = Number(version.split('.')[1]);
  return changes
    .filter(({ since = 0, until = minor }) => since <= minor && minor <= until)
    .reduce((transcript, change) => change.of(transcript), recorded);
}

function deletedFromNamespace(transcript: Transcript): Transcript {
  if (!transcript.line.startsWith('delete ') || transcript.line.startsWith('delete ns ')) return transcript;
  return inOutput(/ deleted$/gm, ' deleted from shop namespace')(transcript);
}

/** New in client-side rollbacks of what was applied. */
function rollbackWarning(transcript: Transcript): Transcript {
  if (!transcript.line.startsWith('rollout undo')) return transcript;
  const warning =
    "Warning: resource deployments/bookstore was previously managed with 'kubectl apply'. Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.";
  return { ...transcript, output: `${warning}\n${transcript.output}` };
}

/** One watch that begins with the objects there are, where there was a list and a watch after it. */
function watchList(transcript: Transcript): Transcript {
  const requests = transcript.requests.flatMap((request, at) => {
    const isList = /fieldSelector=metadata.name%3D\S+&resourceVersion=0/.test(request);
    if (isList && transcript.requests[at + 1]?.includes('watch=true')) return [];
    return /allowWatchBookmarks=true/.test(request)
      ? [request.replace(/resourceVersion=\d+/, 'resourceVersionMatch=NotOlderThan&sendInitialEvents=true')]
      : [request];
  });
  return { ...transcript, requests };
}
