import * as classroom from './en/classroom.ts';
import * as explain from './en/explain.ts';
import * as faults from './en/faults.ts';
import * as foresight from './en/foresight.ts';
import * as frame from './en/frame.ts';
import * as host from './en/host.ts';
import * as keys from './en/keys.ts';
import * as lesson from './en/lesson.ts';
import * as reader from './en/reader.ts';
import * as reading from './en/reading.ts';
import * as review from './en/review.ts';
import * as traffic from './en/traffic.ts';
import * as usage from './en/usage.ts';
import * as wayBack from './en/way-back.ts';

/**
 * Every word of the interface in English, a group for each place where words stand: all that the files below export. Its
 * shape is the catalogue's: another language is complete when it fits. What programs say (kubectl, osm, az, Status
 * messages), file formats and the log are not here.
 */
export const en = {
  language: 'en',
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

export type Words = typeof en;
