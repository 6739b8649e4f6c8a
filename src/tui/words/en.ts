import { faults } from './en/faults.ts';
import { foresight } from './en/foresight.ts';
import { courseMap, frame, glossary, help, moment, panels, tray } from './en/frame.ts';
import { keys } from './en/keys.ts';
import { availability, card, check, lesson, output, session, text } from './en/lesson.ts';
import { reader, typed } from './en/reader.ts';
import { charts, trace, traffic } from './en/traffic.ts';

/**
 * Every word of the interface in English, grouped by where it stands. Its shape is the catalogue's: another language is
 * complete when it fits. What programs say (kubectl, osm, az, Status messages), file formats and the log are not here.
 */
export const en = {
  language: 'en',
  keys,
  frame,
  tray,
  moment,
  panels,
  courseMap,
  glossary,
  help,
  session,
  card,
  lesson,
  check,
  foresight,
  output,
  text,
  availability,
  traffic,
  charts,
  trace,
  reader,
  typed,
  faults,
};

export type Words = typeof en;
