import * as classroom from './de/classroom.ts';
import * as explain from './de/explain.ts';
import * as faults from './de/faults.ts';
import * as foresight from './de/foresight.ts';
import * as frame from './de/frame.ts';
import * as host from './de/host.ts';
import * as keys from './de/keys.ts';
import * as lesson from './de/lesson.ts';
import * as reader from './de/reader.ts';
import * as reading from './de/reading.ts';
import * as review from './de/review.ts';
import * as traffic from './de/traffic.ts';
import * as usage from './de/usage.ts';
import * as wayBack from './de/way-back.ts';
import type { Words } from './en.ts';

/** German: `du`, and the field's words as engineers say them (Pod, Deployment, Mesh, Sidecar, Traffic). */
export const de: Words = {
  language: 'de',
  ...classroom,
  ...explain,
  ...faults,
  ...foresight,
  ...frame,
  ...host,
  ...keys,
  ...lesson,
  ...reader,
  ...reading,
  ...review,
  ...traffic,
  ...usage,
  ...wayBack,
};
