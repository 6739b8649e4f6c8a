import type { faults as shape } from '../en/faults.ts';

export const faults: typeof shape = {
  needsTerminal: 'Die Lektionen brauchen ein Terminal.',
  inputIsPipe: 'Die Eingabe ist eine Pipe oder eine Datei.',
  outputIsPipe: 'Die Ausgabe ist eine Pipe oder eine Datei.',
  cannotMove: 'Dieses Terminal kann seinen Cursor nicht bewegen.',
  termIsDumb: 'TERM ist dumb.',
  playWithout: 'Die Lektionen ohne Bildschirm abspielen: meshwalk run',
  howFar: 'Sehen, wie weit du bist: meshwalk status',
  notReady: 'Der Bildschirm ist noch nicht bereit.',
};
