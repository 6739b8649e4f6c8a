import type { charts as chartsShape, trace as traceShape, traffic as trafficShape } from '../en/traffic.ts';
import { grammarOf } from '../grammar.ts';

const { counted, decimal, form, listed, short } = grammarOf('de');

export const traffic: typeof trafficShape = {
  now: 'jetzt',
  frozen: (age) => `angehalten, vor ${age}`,
  couldNotLook: (trouble) => `Nachsehen ging nicht: ${trouble}`,
  firstLook: 'Der erste Blick auf die Sidecars ist unterwegs',
  noMesh: 'Noch hat kein Workload einen Pod im Mesh; also gibt es keinen Traffic, den das Mesh sehen könnte.',
  noRequest: 'Die Sidecars haben noch keinen Request gezählt, und keine Anwendung hat sich beschwert.',
  unheard: (pods) =>
    `Keine Antwort ${form(pods.length, { one: 'vom Sidecar', other: 'von den Sidecars' })} von ${listed(pods)}: wen ${form(pods.length, { one: 'er aufruft', other: 'sie aufrufen' })}, ist nicht bekannt.`,
  noCalls: (names) => `Noch keine Aufrufe: ${names}`,
  seeAbove: 'siehe oben',
  idle: 'still',
  open: (count) => `${count} offen`,
  refused: 'abgelehnt',
  rate: (perSecond, digits) => `${decimal(perSecond, digits)}/s`,
  percent: (percent) => `${percent} %`,
  percentOf: (percent, name) => `${percent} % ${name}`,
  retried: (perSecond) => `${decimal(perSecond, 1)}/s wiederholt`,
  wanted: (percent) => `${percent} % gewollt`,
  shareWanted: (percent, wanted) => `${percent} %, gewollt ${wanted}`,
  ready: (ready, pods) => `${ready}/${pods} bereit`,
  withoutSidecar: (pods) => `${pods} ohne Sidecar`,
  split: 'Traffic-Split',
  service: 'Service',
  outside: 'unverschlüsselt, nicht einzeln gezählt',
  mutualTls: 'mTLS',
};

export const charts: typeof chartsShape = {
  title: 'Requests im Mesh',
  last: (span) => `, letzte ${span}`,
  requests: 'Requests/s',
  success: 'Erfolg',
  latency: 'Latenz ms',
  noAnswers: 'keine Antwort',
  percent: (value, digits) => `${decimal(value, digits)} %`,
  number: (value, digits) => decimal(value, digits),
  noSidecar: 'Kein Pod im Mesh hat einen Sidecar, der antwortet.',
  counting: 'Wird gezählt…',
  noRequest: 'Zwischen den Pods im Mesh gab es keinen Request.',
};

export const trace: typeof traceShape = {
  title: (id) => `Trace ${id}`,
  size: (spans, services, took) =>
    `${counted(spans, { one: 'Span', other: 'Spans' })}, ${counted(services, { one: 'Service', other: 'Services' })}, ${took}`,
  none: 'Jaeger hat keine Traces. Ist Tracing in der MeshConfig an, und gibt es Traffic?',
  microseconds: (value) => `${value} µs`,
  milliseconds: (value) => `${short(value)} ms`,
  seconds: (value) => `${decimal(value, 2)} s`,
  spans: (count) => counted(count, { one: 'Span', other: 'Spans' }),
  failed: 'gescheitert',
};
