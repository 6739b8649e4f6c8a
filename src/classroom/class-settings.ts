import { randomUUID } from 'node:crypto';
import { keyOf, makeCode, makeToken } from './server/secrets.ts';

/** What hosts keep of their class beside the log: its code, hashes of instructors' tokens, its certificate. */
export interface ClassSettings {
  version: 1;
  id: string;
  name: string;
  /** Ids. */
  lessons: readonly string[];
  code: string;
  instructorKeys: readonly string[];
  /** PEM; made when TLS is first asked for, and kept so that the fingerprint stays. */
  tls?: { key: string; cert: string };
}

/** Pages of earlier starts, and of other hosts, may still be open; older ones must be opened anew. */
const keptKeys = 32;

export const newSettings = (name: string, lessons: readonly string[]): ClassSettings => ({
  version: 1,
  id: randomUUID(),
  name,
  lessons,
  code: makeCode(),
  instructorKeys: [],
});

/** An instructor's token, and the settings that know it. */
export function withInstructor(settings: ClassSettings): { token: string; settings: ClassSettings } {
  const token = makeToken();
  return {
    token,
    settings: { ...settings, instructorKeys: [...settings.instructorKeys, keyOf(token)].slice(-keptKeys) },
  };
}
