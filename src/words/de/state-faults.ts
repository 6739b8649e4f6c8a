import type { stateFaults as shape } from '../en/state-faults.ts';

export const stateFaults: typeof shape = {
  'state.unreadable': (file, errno) => ({
    what: `${file} lässt sich nicht lesen (${errno}).`,
    next: ['meshwalk state open ada.meshwalk-state'],
  }),
  'state.damaged': () => ({
    what: 'Das ist kein geteilter Stand, oder nicht der ganze.',
    why: 'Seine Prüfsumme oder sein Inhalt ist nicht, was meshwalk schreibt.',
    next: ['Noch einmal darum bitten; wem er gehört, schreibt ihn mit: meshwalk state save'],
  }),
  'state.later': () => ({
    what: 'Diesen geteilten Stand hat ein neueres meshwalk geschrieben.',
    next: ['meshwalk auf den neuesten Stand bringen und noch einmal öffnen.'],
  }),
  'state.taken': (profile) => ({
    what: `Das Profil ${profile} ist in Gebrauch; ein geteilter Stand tritt an die Stelle von nichts.`,
    next: ['Einen anderen Namen wählen: --profile NAME'],
  }),
  'state.not-written': (file, errno) => ({
    what: `Der Stand lässt sich nicht nach ${file} schreiben (${errno}).`,
    next: ['Eine andere Datei wählen: meshwalk state save DATEI'],
  }),
};
