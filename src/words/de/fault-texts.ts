import type { faultTexts as shape } from '../en/fault-texts.ts';
import { azureFaults } from './azure-faults.ts';
import { cleanupFaults } from './cleanup-faults.ts';
import { clusterFaults } from './cluster-faults.ts';
import { stateFaults } from './state-faults.ts';
import { storeFaults } from './store-faults.ts';

const elsewhere = 'Oder leg den Stand woanders ab: MESHWALK_HOME=/anderer/ordner meshwalk';

const system: Readonly<Record<string, string>> = {
  EACCES: 'Du hast dort keine Rechte.',
  EPERM: 'Du hast dort keine Rechte.',
  EROFS: 'Das Dateisystem lässt sich nur lesen.',
  ENOSPC: 'Die Platte ist voll.',
  EDQUOT: 'Dein Anteil an der Platte ist aufgebraucht.',
  ENOTDIR: 'Ein Teil des Pfads ist eine Datei und kein Ordner.',
  EEXIST: 'Es gibt eine Datei dieses Namens.',
  EMFILE: 'Zu viele Dateien sind offen.',
  EIO: 'Die Platte meldet einen Fehler.',
};
const reason = (errno: string) => system[errno] ?? `Das System sagt ${errno}.`;

const gone = 'Von hier führt kein Weg dorthin: Hat diese Maschine ein Netz?';
const closed = 'Die Verbindung wurde getrennt.';
const stranger =
  'Das Zertifikat dort ist keines, dem die kubeconfig traut: Unter der Adresse steht jetzt ein anderer Server.';
const noAnswer: Readonly<Record<string, string>> = {
  '': 'Es dauerte zu lange.',
  ETIMEDOUT: 'Es dauerte zu lange.',
  ENOTFOUND:
    'Seinen Namen kennt niemand: Das Netz oder dessen Namensdienst fehlt, oder den Cluster gibt es nicht mehr.',
  EAI_AGAIN: 'Sein Name lässt sich nicht nachschlagen: Das Netz oder dessen Namensdienst fehlt.',
  ECONNREFUSED: 'Dort lauscht niemand: Er ist angehalten oder hat jetzt eine andere Adresse.',
  ECONNRESET: closed,
  EPIPE: closed,
  ECONNABORTED: closed,
  ENETUNREACH: gone,
  ENETDOWN: gone,
  EHOSTUNREACH: gone,
  EADDRNOTAVAIL: gone,
  CERT_HAS_EXPIRED: 'Sein Zertifikat ist abgelaufen, oder die Uhr dieser Maschine geht falsch.',
  DEPTH_ZERO_SELF_SIGNED_CERT: stranger,
  SELF_SIGNED_CERT_IN_CHAIN: stranger,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: stranger,
  ERR_TLS_CERT_ALTNAME_INVALID: stranger,
};

export const faultTexts: typeof shape = {
  'terminal.none': () => ({
    what: 'Der Kurs braucht ein Terminal, und hier ist keines.',
    why: 'Eingabe oder Ausgabe ist eine Datei oder eine Pipe.',
    next: ['Die Lektionen ohne Bildschirm abspielen: meshwalk run', 'Sehen, wie weit du bist: meshwalk status'],
  }),
  'profile.name': (profile) => ({
    what: `"${profile}" kann kein Profil heißen.`,
    why: 'Der Name wird ein Ordner: Buchstaben, Ziffern, Punkte, Binde- und Unterstriche, höchstens 64, am Anfang Buchstabe oder Ziffer.',
    next: ['meshwalk --profile ada'],
  }),
  'home.none': () => ({
    what: 'Es gibt kein Heimatverzeichnis, in dem dein Fortschritt stehen könnte.',
    why: 'HOME ist nicht gesetzt, und das System kennt diesen Benutzer nicht.',
    next: ['MESHWALK_HOME=/irgendein/ordner meshwalk', 'Oder setze HOME'],
  }),
  'run.no-step': (step, steps) => ({
    what: `Es gibt keinen Schritt ${step}.`,
    why: `Die Schritte sind ${steps}.`,
    next: ['meshwalk status'],
  }),
  'run.not-open': (lesson) => ({
    what: `Zu "${lesson}" lässt sich nichts beweisen: Aufgaben daraus sind schon fertig.`,
    why: 'Ein Beweis sieht jede Aufgabe an, bevor sie gemacht ist, und danach.',
    next: ['meshwalk run --prove --profile proof', 'meshwalk reset --all'],
  }),
  'reset.what': (named) => ({
    what:
      named === 'nothing'
        ? 'Es ist nicht gesagt, was von vorn anfangen soll.'
        : 'Entweder eine Lektion oder alle können von vorn anfangen.',
    next: ['meshwalk reset 6', 'meshwalk reset --all'],
  }),
  'lesson.unknown': (wanted, lessons) => ({
    what: `Es gibt keine Lektion "${wanted}".`,
    why: `Die Lektionen sind: ${lessons}.`,
    next: ['meshwalk status'],
  }),
  'task.unknown': (wanted, among, known) => ({
    what: `Es gibt keine Aufgabe "${wanted}".`,
    why: among === 'tasks' ? `Die Aufgaben dieser Lektion sind: ${known}.` : `Die Lektionen sind: ${known}.`,
    next: ['meshwalk changes split-traffic/split-half'],
  }),
  'course.unknown': (course, others) => ({
    what: `Es gibt keinen Kurs "${course}".`,
    why: others === '' ? 'Es gibt nur den ersten.' : `Neben dem ersten gibt es: ${others}.`,
    next: ['meshwalk status'],
  }),
  'changes.nothing': (task) => ({
    what: task === '' ? 'Noch hat keine Aufgabe etwas geändert.' : `Von der Aufgabe "${task}" ist nichts aufgehoben.`,
    why:
      task === ''
        ? 'Oder wie es vorher war, ist nicht mehr aufgehoben.'
        : 'Vielleicht wurde sie nicht begonnen oder wurde zurückgenommen, oder sie ist zu lange her: aufgehoben werden nur die letzten Zeitpunkte.',
    next: ['meshwalk status'],
  }),
  'undo.nothing': () => ({
    what: 'Es gibt nichts zurückzunehmen.',
    why: 'Seit dem ältesten aufgehobenen Zeitpunkt hat keine Aufgabe etwas hinterlassen.',
    next: ['meshwalk status'],
  }),
  'redo.nothing': () => ({
    what: 'Es gibt nichts wiederzubringen.',
    why: 'Nichts wurde zurückgenommen, oder seither ist etwas anderes geschehen.',
    next: ['meshwalk status'],
  }),
  'charts.every': () => ({ what: 'Zwischen zwei Blicken muss mindestens eine Sekunde liegen.' }),

  'lesson.problem': (file, line, problem, folder) => ({
    what: `In einer Lektion ist ein Fehler: lessons/${file}:${line}.`,
    why: problem,
    next: [`meshwalk lint ${folder}`],
  }),
  'lesson.none': (folder) => ({
    what: `In ${folder} sind keine Lektionen.`,
    why: 'Ein Kurs ist ein Ordner mit lessons/, worin Markdown-Dateien liegen, und manifests/.',
    next: ['meshwalk --lessons /pfad/zum/kurs'],
  }),
  'lesson.start-state': (lesson, task, why, next) => ({
    what: `Der Anfang der Lektion ließ sich nicht aufbauen: "${lesson}", Aufgabe "${task}".`,
    why,
    next: [...next, 'Mit einer frischen Sandbox von vorn anfangen: meshwalk reset --all'],
  }),
  'lessons.not-trusted': (folder, again) => ({
    what: `Die Lektionen in ${folder} kamen nicht mit meshwalk, und niemand hat Ja zu ihren Befehlen gesagt.`,
    why: 'Eine Lektion kann alles ausführen, was du kannst. Die Antwort gilt, bis sich eine Datei des Kurses ändert.',
    next: [again],
  }),
  'lessons.link': (path) => ({
    what: `${path} ist ein Link.`,
    why: 'Wohin er führt, kann sich ändern, nachdem jemand Ja gesagt hat; in einem Kurs liegen einfache Dateien.',
    next: ['Leg die Datei selbst dorthin.'],
  }),

  'state.in-use': (pid, file) => ({
    what: 'meshwalk läuft mit diesem Fortschritt schon.',
    why: `Prozess ${pid} hält ${file}.`,
    next: [
      'Mach im anderen Terminal weiter, oder beende es dort mit q.',
      'Jemand anderes an diesem Rechner: meshwalk --profile NAME',
    ],
  }),
  'state.folder': (folder, parent, errno) => ({
    what: `Der Ordner ${folder} lässt sich nicht anlegen.`,
    why: reason(errno),
    next: [`Mach ihn zu deinem: ls -ld ${parent}`, elsewhere],
  }),
  'state.unusable': (file, errno) => ({
    what: `Der Ordner für den Stand ist nicht zu gebrauchen: ${file}.`,
    why: reason(errno),
    next: [`Mach ihn zu deinem: ls -l ${file}`, elsewhere],
  }),
  'journal.unusable': (file, errno) => ({
    what: `Dein Fortschritt lässt sich nicht in ${file} festhalten.`,
    why: reason(errno),
    next: [`Sieh nach, wem sie gehört: ls -l ${file}`, elsewhere],
  }),
  'journal.not-written': (file, errno) => ({
    what: 'Dein Fortschritt ließ sich nicht auf die Platte schreiben.',
    why: reason(errno),
    next: [`Mach neben ${file} Platz; mit deinem nächsten Schritt wird es noch einmal versucht.`],
  }),

  ...clusterFaults,
  ...cleanupFaults,
  'world.closed': () => ({
    what: 'Die Sandbox wurde mit dem Programm beendet.',
    why: 'Etwas wollte noch in ihr nachsehen.',
    next: ['meshwalk'],
  }),
  'world.no-snapshots': (world) => ({
    what: `Was eine Aufgabe geändert hat, ist in der Welt "${world}" nicht aufgehoben und lässt sich nicht zurücknehmen.`,
    why: 'Ein echter Cluster hat kein Bild davon, wie er vorher war; was dort gelöscht wurde, ist weg.',
    next: [
      'Bevor ein Befehl läuft, zeigt seine Karte, was er ändern würde',
      'In der Sandbox lässt sich jede Aufgabe ansehen und zurücknehmen: meshwalk',
    ],
  }),
  'cluster.unreachable': (context, server, error) => ({
    what: `Der Cluster des Kontexts ${context} antwortet nicht unter ${server}.`,
    why: noAnswer[error] ?? `${error}.`,
    next: ['kubectl cluster-info'],
  }),
  'cluster.no-credentials': (context, error) => ({
    what: `Für den Cluster des Kontexts ${context} gibt es keine Anmeldung.`,
    why: error === '' ? 'Wer sie macht, antwortete nicht rechtzeitig.' : `${error}.`,
    next: ['az login', 'kubectl cluster-info'],
  }),
  'cluster.refuses': (message) => ({
    what: 'Der Cluster lässt sich im Moment nicht fragen.',
    why: `Er sagt: ${message}`,
    next: ['kubectl cluster-info'],
  }),
  'lesson.costs': (lesson, task) => ({
    what: `„${task}“ aus der Lektion „${lesson}“ fehlt, und das kostet Geld.`,
    why: 'Was Geld kostet, geschieht nie ungefragt.',
    next: ['Öffne die Lektion in der Karte (m) und erledige die Aufgabe dort.'],
  }),
  'cluster.not-kubernetes': (server, status) => ({
    what: `Unter ${server} antwortet etwas anderes als Kubernetes, mit dem Status ${status}.`,
    why: 'Dazwischen liegt ein Proxy oder eine Anmeldeseite des Netzes.',
    next: ['kubectl cluster-info'],
  }),
  'cluster.no-kubeconfig': (file) => ({
    what: `Eine Datei ${file} gibt es nicht.`,
    next: ['kubectl config view   zeigt, was dein kubectl benutzt'],
  }),
  'cluster.none': () => ({
    what: 'In der Sandbox gibt es noch keinen Cluster.',
    why: 'Lektion 1 legt ihn an.',
    next: ['meshwalk', 'meshwalk sandbox status'],
  }),
  'pod.unreachable': (port, namespace, pod, error) => ({
    what: `Port ${port} von Pod ${namespace}/${pod} ist nicht zu erreichen.`,
    why: noAnswer[error] ?? `${error}.`,
    next: [`kubectl get pod ${pod} -n ${namespace}`],
  }),
  ...azureFaults,
  'sidecar.no-stats': (namespace, pod, path, status) => ({
    what: `Der Sidecar von Pod ${namespace}/${pod} antwortet auf ${path} mit Status ${status}.`,
    next: [`osm proxy get stats ${pod} -n ${namespace}`],
  }),
  'explain.no-caller': (namespace, name, found) => ({
    what:
      found === 'stopped'
        ? `Kein Pod von ${namespace}/${name} läuft.`
        : `Ein Deployment, StatefulSet oder laufender Pod ${namespace}/${name} ist nicht da.`,
    next: [`kubectl get pods -n ${namespace}`],
  }),
  'trace.no-jaeger': () => ({
    what: 'In diesem Cluster läuft kein Jaeger.',
    why: 'Sidecars schicken ihre Spans an einen Collector, und kein Pod hat das Image jaegertracing/all-in-one.',
    next: ['kubectl apply -f manifests/observe/jaeger.yaml'],
  }),
  'trace.jaeger': (path, status, pod, namespace) => ({
    what: `Jaeger antwortet auf ${path} mit Status ${status}.`,
    next: [`kubectl logs ${pod} -n ${namespace}`],
  }),
  'trace.unknown': (id) => ({ what: `Jaeger hat keinen Trace "${id}".`, next: ['meshwalk trace'] }),

  'sandbox.not-running': () => ({
    what: 'Es läuft keine Sandbox, also gibt es nichts anzusehen.',
    next: ['In einem anderen Terminal: meshwalk', 'Oder von Hand: meshwalk sandbox start'],
  }),
  'sandbox.not-started': (how, about, lastWords) => {
    const whys = {
      ended: `Der Prozess endete mit Code ${about}.`,
      killed: `Der Prozess wurde durch ${about} beendet.`,
      said: `Der Prozess sagte: ${about}`,
      slow: `Nach ${about} s war der Prozess nicht bereit.`,
      stopped: 'Der Prozess wurde angehalten.',
      died: `Der Prozess starb ${about}-mal in einer Minute.`,
      other: `${about}`,
    };
    const why = Object.hasOwn(whys, how) ? whys[how] : `${about}`;
    return {
      what: 'Die Sandbox startet nicht.',
      why: lastWords === '' ? why : `${why} Die letzten Worte: ${lastWords}`,
      next: ['meshwalk doctor', 'Oder von vorn anfangen: meshwalk reset --all'],
    };
  },
  'sandbox.ended': (code) => ({ what: `Der Prozess der Sandbox endete mit Code ${code}.`, next: ['meshwalk doctor'] }),
  'sandbox.stuck': (pid) => ({
    what: `Die Sandbox (Prozess ${pid}) lässt sich nicht beenden.`,
    next: [`kill -9 ${pid}`],
  }),
  'sandbox.no-door': (file) => ({
    what: 'Die Sandbox läuft und sagt nicht, wie man sie erreicht.',
    why: `${file} fehlt oder ist nicht lesbar.`,
    next: ['meshwalk sandbox stop'],
  }),
  'sandbox.control': (request, status, body) => ({
    what: `Die Sandbox antwortet auf ${request} mit ${status}.`,
    why: body,
    next: ['meshwalk sandbox stop'],
  }),
  'sandbox.locked': (folder, pid) => ({
    what: `${pid === 0 ? 'Ein anderer Prozess' : `Prozess ${pid}`} hat die Sandbox in ${folder}.`,
    why: 'In einem Ordner ist Platz für eine Sandbox.',
    next: ['Beende sie: meshwalk sandbox stop', ...(pid === 0 ? [] : [`Oder beende den Prozess: kill ${pid}`])],
  }),
  'sandbox.folder': (folder, errno) => ({
    what: `Die Sandbox kann ihren Stand nicht in ${folder} ablegen.`,
    why: reason(errno),
    next: [`Sieh dir den Ordner an: ls -ld ${folder}`],
  }),
  'sandbox.format': (folder, found, known) => ({
    what: `Die Sandbox in ${folder} hat Format ${found}.`,
    why: `Dieses Programm liest Format ${known}.`,
    next: ['Nimm das neuere meshwalk, das sie geschrieben hat.', 'Oder fang in einem anderen Ordner neu an.'],
  }),
  'sandbox.cluster-down': (cluster) => ({
    what: `Der Cluster ${cluster} läuft nicht.`,
    next: ['Starte die Sandbox neu: meshwalk sandbox stop, dann meshwalk sandbox start'],
  }),
  'snapshot.damaged': (path) => ({
    what: `Der Schnappschuss ${path} ist beschädigt.`,
    why: 'Seine Prüfsumme passt nicht zu seinem Inhalt.',
    next: ['Die Sandbox bleibt, wie sie ist; weiter geht es mit: meshwalk'],
  }),
  'snapshot.none': (id) => ({
    what: `Einen Schnappschuss "${id}" gibt es nicht.`,
    why: 'Aufgehoben werden nur die letzten.',
    next: ['Die Sandbox bleibt, wie sie ist; weiter geht es mit: meshwalk'],
  }),
  'restore.unfinished': (why) => ({
    what: 'Die Sandbox war auf dem Weg zurück zu einem früheren Stand, und das lässt sich nicht zu Ende bringen.',
    why,
    next: ['Von vorn anfangen: meshwalk reset --all'],
  }),

  'class.log-unusable': (file, errno) => ({
    what: `Der Kurs lässt sich nicht in ${file} festhalten.`,
    why: reason(errno),
    next: [`Sieh nach, wem sie gehört: ls -l ${file}`, elsewhere],
  }),
  'class.log-not-written': (file, errno) => ({
    what: `Was im Kurs geschah, ließ sich nicht in ${file} schreiben.`,
    why: reason(errno),
    next: ['Die Lernenden behalten es und schicken es noch einmal; schaffe Platz auf der Platte.'],
  }),
  ...stateFaults,
  ...storeFaults,
  'class.port': (port, errno) => ({
    what: `Der Kurs kann nicht auf Port ${port} lauschen.`,
    why: errno === 'EADDRINUSE' ? 'Ein anderes Programm hat ihn.' : reason(errno),
    next: [`meshwalk class host --port ${port + 1}`],
  }),
  'class.address': (address) => ({
    what: `„${address}“ ist keine Adresse eines Kurses.`,
    why: 'Der Gastgeber zeigt sie: wo der Kurs ist, dann # und der Beitrittscode.',
    next: ['meshwalk class join 192.168.1.20:7070/#K7QX-2MPD'],
  }),
  'class.code': () => ({
    what: 'Der Kurs kennt diesen Beitrittscode nicht.',
    next: ['Frag nach dem Code und tippe die Adresse mit ihm noch einmal.'],
  }),
  'class.token': () => ({
    what: 'Der Kurs kennt dich noch nicht, und es wurde kein Beitrittscode angegeben.',
    next: ['Tippe die Adresse, wie der Gastgeber sie zeigt, mit # und dem Code am Ende.'],
  }),
  'class.version': () => ({
    what: 'Der Kurs läuft mit einer anderen Version von meshwalk.',
    next: ['Installiere die Version, die im Kurs benutzt wird: meshwalk --version'],
  }),
  'class.full': () => ({ what: 'Der Kurs ist voll.', next: ['Sag der Kursleitung Bescheid.'] }),
  'class.malformed': () => ({
    what: 'Der Kurs hat nicht verstanden, was dieses Programm gesagt hat.',
    next: ['Gib dir einen Namen aus Buchstaben: meshwalk class join … --name Ada'],
  }),
  'class.journal': () => ({
    what: 'Der Kurs weiß mehr von deinem Fortschritt, als auf diesem Rechner steht.',
    why: 'Das Journal wurde ersetzt, seit du beigetreten bist.',
    next: ['Tritt als jemand Neues bei: meshwalk class join … --anew'],
  }),
  'class.fingerprint': (address) => ({
    what: `Wer unter ${address} antwortet, ist nicht der Kurs, den die Adresse nennt.`,
    why: 'Das Zertifikat hat einen anderen Fingerabdruck.',
    next: [
      'Vergleiche die Adresse mit der, die der Gastgeber zeigt, Zeichen für Zeichen.',
      'Sag der Kursleitung Bescheid.',
    ],
  }),
  'class.unreachable': (address) => ({
    what: `Unter ${address} antwortet kein Kurs.`,
    next: ['Bist du im selben Netz wie der Gastgeber?', 'Läuft der Gastgeber noch? Er zeigt seine Adressen.'],
  }),
  'class.never-joined': () => ({
    what: 'Dieses Profil ist noch keinem Kurs beigetreten, und die Adresse nennt keinen Beitrittscode.',
    next: ['meshwalk class join 192.168.1.20:7070/#K7QX-2MPD --name Ada'],
  }),
  'class.no-host': () => ({
    what: 'Auf diesem Rechner findet kein Kurs statt.',
    next: [
      'meshwalk class host',
      'Oder sieh dem eines anderen Rechners zu: meshwalk class watch ADRESSE, wie sein Gastgeber sie zeigt',
    ],
  }),
  'class.watch-token': () => ({
    what: 'Der Kurs kennt diese Kursleitung nicht.',
    next: ['Tippe die Adresse der Kursseite, wie der Gastgeber sie gezeigt hat, mit # und allem dahinter.'],
  }),
  'class.lessons': (given, steps) => ({
    what: `„${given}“ nennt keine Lektionen.`,
    why: `Die Schritte sind ${steps}.`,
    next: ['meshwalk class host --lessons 1-8', 'meshwalk class host --lessons 3,5'],
  }),
};
