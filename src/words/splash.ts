import type { Language } from './language.ts';

/** The first words on the screen, before a catalogue or anything else is loaded. */
export const splash: Readonly<Record<Language, string>> = {
  en: 'meshwalk: getting your cluster ready…',
  de: 'meshwalk: dein Cluster wird vorbereitet…',
};
