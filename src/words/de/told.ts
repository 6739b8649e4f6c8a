import type { told as shape } from '../en/told.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');

export const told: typeof shape = {
  solving: {
    blocked: (what, why) => `${what} ${why}`,
    tooLong: (steps) => `Nach ${steps} Schritten war es nicht zu Ende.`,
    fell: (command) => `${command} lief nicht weiter.`,
    fellSaying: (command, line) => `${command} lief nicht weiter (${line}).`,
    ends: {
      signalled: 'einem Signal',
      'timed-out': 'Abbruch: zu lange',
      cancelled: 'Abbruch',
      'not-started': 'Fehlstart',
    },
    exitCode: (code) => `Exit-Code ${code}`,
    endedBy: (signal) => `durch ${signal} beendet`,
    stoppedAfter: (seconds) => `nach ${seconds} s abgebrochen`,
    commandFailed: (end, script) => `Der Befehl endete mit ${end}: ${script}`,
    notPassed: 'Die Prüfung ist nicht bestanden.',
    unknown: (condition, reason) => `${condition}: nicht feststellbar. ${reason}`,
    open: (condition, expected, saw, why) => `${condition}: erwartet ${expected}, gesehen ${saw}. ${why}`,
  },
  classroom: {
    begins: (name) => `Der Kurs „${name}“ beginnt.`,
    goesOn: (name, learners) =>
      `Der Kurs „${name}“ geht weiter; er kennt ${counted(learners, { one: 'Lernende(n)', other: 'Lernende' })}. Ein anderer beginnt mit --new.`,
    lessons: (lessons) => `Seine Lektionen: ${lessons.join(', ')}`,
    asBegun: 'Er geht weiter, wie er begann: --name und --lessons zählen für einen Kurs, der beginnt, wie mit --new.',
    learnersType: 'Die Lernenden tippen:',
    page: 'Die Kursseite; wer diese Adresse hat, leitet den Kurs, und sie wird nicht noch einmal gezeigt:',
    watch: 'Dasselbe in einem Terminal dieses Rechners: meshwalk class watch',
    end: 'Ctrl-C beendet ihn. Nichts geht verloren: derselbe Befehl macht mit ihm weiter.',
    damaged: (lines, file) =>
      `${counted(lines, { one: 'Zeile', other: 'Zeilen' })} von ${file} sind unlesbar und zählen nicht; alle anderen zählen.`,
  },
  classWatch: {
    counts: (present, all, stuck) => `${present} von ${all} da, ${stuck} hängen fest`,
    offline: 'keine Verbindung zum Kurs',
    lead: (lesson, since) => `Bei „${lesson}“ seit ${since}`,
    hold: (lesson, since) => `Angehalten bei „${lesson}“ seit ${since}`,
    countdown: (left, label) => `noch ${left} ${label}`,
    said: (text, to) => `Zuletzt an ${to ?? 'alle'}: ${text}`,
    standing: { stuck: 'hängt', working: 'seit', passed: 'fertig', 'not-begun': 'noch nicht', away: 'weg' },
    hands: (names) => `Es melden sich: ${names.join(', ')}`,
    heat: (held, there, condition, stuck) => `${held} von ${there} hält ${condition} auf, ${stuck} davon hängen fest`,
    rule: (percent, minutes) =>
      `Fest hängt, wer länger an einer Aufgabe ist als der Median des Kurses: um ${percent} % und mindestens ${minutes} Minuten.`,
    prompt:
      'hold 3, release, lead 4, say Hallo, say @Ada Hallo, countdown 5 Pause, end, lower Ada, here Ada, gone Ada, state Ada; q beendet',
    noState: (name) => `${name} hat den Stand der Sandbox nicht geteilt.`,
    tookState: (line) => `Er liegt in diesem Ordner. Öffnen: ${line}`,
    notUnderstood: (line, commands) =>
      commands === ''
        ? `Der Kurs kennt das nicht, Lektion oder Person: ${line}`
        : `"${line}" ist nichts davon: ${commands}.`,
  },
  troubles: {
    journal: (lines, aside) =>
      `Im Journal deines Fortschritts ${lines === 1 ? 'war 1 Zeile' : `waren ${lines} Zeilen`} nicht zu lesen. Alle anderen sind erhalten; die beschädigte Datei ist ${aside}.`,
    restarted: 'Die Sandbox war zu Ende und läuft wieder; ihr Cluster ist, wie er war.',
  },
  report: {
    mistake: 'meshwalk hat einen Fehler gemacht, und das tut uns leid. Deine fertigen Aufgaben sind gespeichert.',
    log: (file) => `Was geschehen ist, steht in ${file}`,
  },
  run: {
    step: (step, title) => `Schritt ${step}: ${title}`,
    finishedAlready: (step, title) => `Schritt ${step}: ${title} (schon fertig)`,
    before: 'vorher:',
    waitsFor: (conditions) => `braucht zuerst ${conditions}`,
    notSolved: (task) => `"${task}" ist nicht bestanden.`,
    done: (lessons) => `${counted(lessons, { one: 'Lektion', other: 'Lektionen' })} fertig.`,
    beyond: (lesson) =>
      `Die Sandbox ist schon über den Anfang von "${lesson}" hinaus: dieser Anfang tritt an die Stelle von allem, was da ist`,
    holdsBefore: (id, title, saw) =>
      `Bedingung "${id}" ist schon vor der Aufgabe erfüllt und beweist deshalb nichts: ${title} (${saw}).`,
    unknownBefore: (id, title, reason) =>
      `Bedingung "${id}" war vor der Aufgabe nicht festzustellen, also ist nichts bewiesen: ${title}. ${reason}`,
    notLookedAt: (id, title) => `Nach Bedingung "${id}" hat vor der Aufgabe niemand gesehen: ${title}.`,
  },
  status: {
    tasks: (done, count) => `${done} von ${counted(count, { one: 'Aufgabe', other: 'Aufgaben' })}`,
    allDone: 'Alles fertig.',
    goOn: (command) => `Weiter geht es mit: ${command}`,
    further: (command) => `Lektionen nach dem ersten Kurs: ${command}`,
  },
  search: {
    nowhere: (words) => `"${words}" steht in keiner Lektion und in keinem Fachwort.`,
    terms: 'Fachwörter',
  },
  wayBack: {
    undone: 'Zurückgenommen. Sandbox und Fortschritt sind wie vor dieser Aufgabe; meshwalk redo bringt sie wieder.',
    redone: 'Wiedergebracht. Sandbox und Fortschritt sind, wie sie waren; meshwalk undo nimmt sie zurück.',
  },
  changes: {
    none: 'In der Welt hat sich nichts geändert.',
    alongside: (kinds) => `nebenbei ${kinds}`,
    more: (count) => `(${count} weitere Zeilen)`,
    leftOut: (fields) => `Ausgelassen: ${fields}; was Controller gemacht haben, ist nur gezählt.`,
  },
  reset: {
    all: (start) => `Aller Fortschritt ist vergessen, und die Sandbox ist leer. Von vorn geht es mit: ${start}`,
    progressOnly: (world, start) =>
      `Aller Fortschritt ist vergessen. Was Lektionen gemacht haben, ist noch da; es löscht: meshwalk cleanup --world ${world}. Von vorn geht es mit: ${start}`,
    lesson: (title, start) =>
      `"${title}" ist noch einmal zu machen. Im Cluster hat sich noch nichts geändert; anfangen mit: ${start}`,
  },
  sandbox: {
    runsAlready: (pid) => `Die Sandbox läuft schon (Prozess ${pid}).`,
    runsUntil: (pid) => `Die Sandbox läuft (Prozess ${pid}) bis zu: meshwalk sandbox stop`,
    reach: 'Von diesem Terminal aus erreichst du sie mit: eval "$(meshwalk sandbox env)"',
    none: 'Es läuft keine Sandbox.',
    stopped: 'Die Sandbox ist beendet. Der Stand bleibt.',
    runs: (pid, folder) => `Die Sandbox läuft (Prozess ${pid}), der Stand liegt in ${folder}`,
    kept: (folder) => `Es läuft keine Sandbox. Der Stand liegt in ${folder}`,
    never: 'Es läuft keine Sandbox, und es gab noch keine. Eine anlegen: meshwalk sandbox start',
    notNow: 'Die Sandbox läuft gerade nicht. Starten: meshwalk sandbox start',
  },
  lint: {
    noLessons: 'Hier sind keine Lektionen: ein Kurs ist ein Ordner, in dem lessons/ mit Markdown-Dateien liegt.',
    clean: (lessons) => `${lessons} Lektionen, keine Fehler.`,
  },
  trust: {
    question: 'Sollen sie laufen, wenn eine Lektion es will? (ja oder nein) ',
    yes: 'j ja y yes',
    listing: (folder) => `Die Lektionen in ${folder} kamen nicht mit meshwalk. Das sind ihre Befehle:`,
  },
  stopping: {
    asks: 'die Sandbox leeren',
    beyond: (lesson) => `Die Sandbox ist schon über den Anfang von "${lesson}" hinaus.`,
    why: 'Lektionen führen nur vorwärts, also wird ihr Anfang aus einer leeren Sandbox aufgebaut. Dein Fortschritt bleibt; was du selbst im Cluster gemacht hast, geht verloren.',
    enter: 'Enter: die Sandbox leeren und den Anfang dieser Lektion aufbauen',
    back: (lesson) => `Esc: zurück zu "${lesson}"; alles bleibt, wie es ist`,
    leave: 'q: beenden; alles bleibt, wie es ist, und meshwalk macht weiter, wo du warst',
    mistake: 'meshwalk hat einen Fehler gemacht.',
    log: (file) => `Im Log steht mehr: ${file}`,
  },
};
