import { faults } from './de/faults.ts';
import { foresight } from './de/foresight.ts';
import { courseMap, frame, glossary, help, moment, panels, tray } from './de/frame.ts';
import { keys } from './de/keys.ts';
import { availability, card, check, lesson, output, session, text } from './de/lesson.ts';
import { reader, typed } from './de/reader.ts';
import { charts, trace, traffic } from './de/traffic.ts';
import type { Words } from './en.ts';

/** German: `du`, and the field's words as engineers say them (Pod, Deployment, Mesh, Sidecar, Traffic). */
export const de: Words = {
  language: 'de',
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
