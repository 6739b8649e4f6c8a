import type { IncomingMessage, ServerResponse } from 'node:http';
import { StatusError } from '../../../kube/status.ts';
import type { LogOptions, NodeApi } from '../../node/node-api.ts';

/** `pods/NAME/log`: text, each piece sent when it comes. Which container and which lines is the kubelet's business. */
export async function streamContainerLog(
  request: IncomingMessage,
  response: ServerResponse,
  pod: { namespace: string; name: string },
  params: URLSearchParams,
  nodes: NodeApi,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const chunks = nodes.logs(pod.namespace, pod.name, logOptions(params), gone.signal)[Symbol.asyncIterator]();
  try {
    request.resume();
    for (;;) {
      const { done, value } = await chunks.next();
      if (gone.signal.aborted) return;
      // The first answer decides between a Status and a log: a container that never ran is an error, a silent one is not.
      if (!response.headersSent) {
        response.writeHead(200, { 'Content-Type': 'text/plain' });
        response.flushHeaders();
      }
      if (done) break;
      if (!response.write(value)) await drained(response);
    }
    response.end();
  } finally {
    await chunks.return?.();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

function logOptions(params: URLSearchParams): LogOptions {
  const number = (name: 'tailLines' | 'sinceSeconds' | 'limitBytes', least: number) => {
    const text = params.get(name);
    if (text === null || text === '') return {};
    if (/^-?\d+$/.test(text) && Number(text) >= least) return { [name]: Number(text) };
    const message = `Invalid value: ${text}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`;
    throw new StatusError(422, 'Invalid', `PodLogOptions "" is invalid: ${name}: ${message}`, {
      kind: 'PodLogOptions',
      causes: [{ reason: 'FieldValueInvalid', message, field: name }],
    });
  };
  const flag = (name: 'follow' | 'previous' | 'timestamps') => {
    const text = params.get(name);
    return text === 'true' || text === '1' ? { [name]: true } : {};
  };
  const container = params.get('container');
  const sinceTime = params.get('sinceTime');
  return {
    ...(container ? { container } : {}),
    ...flag('follow'),
    ...flag('previous'),
    ...flag('timestamps'),
    ...number('tailLines', 0),
    ...number('sinceSeconds', 1),
    ...(sinceTime ? { sinceTime } : {}),
    ...number('limitBytes', 1),
  };
}
