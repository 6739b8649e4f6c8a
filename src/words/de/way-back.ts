import type { wayBack as shape } from '../en/way-back.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');

export const wayBack: typeof shape = {
  titles: {
    undo: 'Aufgabe zurücknehmen',
    redo: 'Aufgabe wiederherstellen',
    look: 'Was die letzte Aufgabe geändert hat',
    replay: 'Verlorenes wiederherstellen',
  },
  looking: 'Die Welt wird mit dem verglichen, was war',
  nothing: {
    undo: 'Es gibt nichts zurückzunehmen: Seit dem ältesten aufgehobenen Moment hat keine Aufgabe etwas hinterlassen.',
    redo: 'Es gibt nichts wiederherzustellen: Nichts wurde zurückgenommen, oder seither geschah etwas anderes.',
    look: 'Seit dem ältesten aufgehobenen Moment hat keine Aufgabe etwas geändert.',
    replay: 'Alles, was du fertig hast, ist so, wie du es gelassen hast.',
  },
  about: {
    undo: 'Enter nimmt die Aufgabe zurück: Sandbox, Variablen und Fortschritt sind wie vorher. Was sie getan hat:',
    redo: 'Enter stellt die Aufgabe wieder her: Sandbox, Variablen und Fortschritt sind wie danach. Was sie tut:',
    look: 'Was diese Aufgabe geändert hat:',
    replay: 'Enter spielt die Lösungen dieser Aufgaben noch einmal; dein Fortschritt bleibt, wie er ist:',
    costly:
      'Diese kosten Geld und bleiben deshalb dir überlassen (m öffnet eine Lektion); vorher wird nichts gespielt:',
  },
  inLesson: (lesson) => `in „${lesson}“`,
  progressOnly: 'In der Welt hat sie nichts geändert, nur deinen Fortschritt.',
  types: { created: 'angelegt', changed: 'geändert', deleted: 'gelöscht', replaced: 'ersetzt' },
  things: {
    group: 'Resource Group',
    cluster: 'Managed Cluster',
    shell: 'Shell',
    variables: 'Variablen und Ordner',
  },
  alongside: (kinds) => `Nebenher, von Controllern und dem Mesh gemacht: ${kinds}.`,
  moreLines: (count) => `… ${counted(count, { one: 'weitere Zeile', other: 'weitere Zeilen' })}`,
  leftOut: (fields) => `Weggelassen: ${fields}.`,
  filesStay: 'Dateien, die du selbst angelegt hast, bleiben, wie sie sind.',
  replayed: 'Was verloren war, ist wieder da.',
  undone: (task) => `Zurückgenommen: ${task}. U stellt es wieder her.`,
  redone: (task) => `Wiederhergestellt: ${task}. u nimmt es zurück.`,
  undoing: 'Die Aufgabe wird zurückgenommen',
  redoing: 'Die Aufgabe wird wiederhergestellt',
  goingBack: 'Was begonnen war, wird zu Ende gebracht',
  cannotUndo: (what) => `Diese Aufgabe wird sich nicht zurücknehmen lassen: ${what}`,
  enterDoes: {
    replay: 'Enter stellt es wieder her, n lässt es.',
    undo: 'Enter nimmt sie zurück, n lässt sie.',
    redo: 'Enter stellt sie wieder her, n lässt es.',
  },
};
