import type { Language } from './language.ts';

/** The first words on the screen, before a catalogue or anything else is loaded. */
export const splash: Readonly<Record<Language, { sandbox: string; elsewhere: string }>> = {
  en: { sandbox: 'meshwalk: getting your cluster ready…', elsewhere: 'meshwalk: one moment…' },
  de: { sandbox: 'meshwalk: dein Cluster wird vorbereitet…', elsewhere: 'meshwalk: einen Moment …' },
};
