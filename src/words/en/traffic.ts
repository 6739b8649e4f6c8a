import { grammarOf } from '../grammar.ts';

const { counted, decimal, listed, short } = grammarOf('en');

/** The traffic map, in pictures and in sentences. */
export const traffic = {
  now: 'now',
  frozen: (age: string) => `frozen, ${age} ago`,
  couldNotLook: (trouble: string) => `Could not look: ${trouble}`,
  firstLook: 'Looking at the sidecars for the first time',
  noMesh: 'No workload has a pod in the mesh yet, so there is no traffic that the mesh could see.',
  noRequest: 'The sidecars have counted no request yet, and no application has complained.',
  unheard: (pods: readonly string[]) =>
    `No answer from the sidecar of ${listed(pods)}: what ${pods.length === 1 ? 'it calls' : 'they call'} is not known.`,
  noCalls: (names: string) => `No calls yet: ${names}`,
  seeAbove: 'see above',
  idle: 'idle',
  open: (count: number) => `${count} open`,
  refused: 'refused',
  rate: (perSecond: number, digits: number) => `${decimal(perSecond, digits)}/s`,
  percent: (percent: number) => `${percent} %`,
  percentOf: (percent: number, name: string) => `${percent} % ${name}`,
  retried: (perSecond: number) => `${decimal(perSecond, 1)}/s retried`,
  wanted: (percent: number) => `wanted ${percent} %`,
  shareWanted: (percent: number, wanted: number) => `${percent} %, wanted ${wanted}`,
  ready: (ready: number, pods: number) => `${ready}/${pods} ready`,
  withoutSidecar: (pods: number) => `${pods} without sidecar`,
  split: 'traffic split',
  service: 'Service',
  outside: 'plain, not counted by name',
  mutualTls: 'mTLS',
};

export const charts = {
  title: 'Requests in the mesh',
  last: (span: string) => `, last ${span}`,
  requests: 'requests/s',
  success: 'success',
  latency: 'latency ms',
  noAnswers: 'no answers',
  percent: (value: number, digits: number) => `${decimal(value, digits)}%`,
  number: (value: number, digits: number) => decimal(value, digits),
  noSidecar: 'No pod of the mesh has a sidecar that answers.',
  counting: 'Counting…',
  noRequest: 'No request was made between pods of the mesh.',
};

export const trace = {
  title: (id: string) => `Trace ${id}`,
  size: (spans: number, services: number, took: string) =>
    `${counted(spans, { one: 'span', other: 'spans' })}, ${counted(services, { one: 'service', other: 'services' })}, ${took}`,
  none: 'Jaeger has no traces. Is tracing on in the MeshConfig, and is there traffic?',
  microseconds: (value: number) => `${value} µs`,
  milliseconds: (value: number) => `${short(value)} ms`,
  seconds: (value: number) => `${decimal(value, 2)} s`,
  spans: (count: number) => counted(count, { one: 'span', other: 'spans' }),
  failed: 'failed',
};
