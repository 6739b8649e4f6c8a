import { azureFaults } from './azure-faults.ts';
import { cleanupFaults } from './cleanup-faults.ts';
import { clusterFaults } from './cluster-faults.ts';
import { stateFaults } from './state-faults.ts';
import { storeFaults } from './store-faults.ts';

/**
 * What Faults say, by their codes: what happened, why, and what to do. Given are facts that can go over a pipe between
 * processes (texts, numbers, lists of texts), so that a Fault of the sandbox is told in the learner's language too.
 */
const elsewhere = 'Or keep the state elsewhere: MESHWALK_HOME=/another/folder meshwalk';

/** Why the system refuses, by its codes. */
const system: Readonly<Record<string, string>> = {
  EACCES: 'You have no rights there.',
  EPERM: 'You have no rights there.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'Your quota of disk space is used up.',
  ENOTDIR: 'A part of the path is a file, not a folder.',
  EEXIST: 'There is a file of that name.',
  EMFILE: 'Too many files are open.',
  EIO: 'The disk reports an error.',
};
const reason = (errno: string) => system[errno] ?? `The system says ${errno}.`;

/** Why nobody answers, by the codes of the network; the empty one where the time ran out. */
const gone = 'This machine has no way there: is its network up?';
const closed = 'The connection was cut.';
const stranger = 'It shows a certificate that the kubeconfig does not trust: another server has this address now.';
const noAnswer: Readonly<Record<string, string>> = {
  '': 'It took too long.',
  ETIMEDOUT: 'It took too long.',
  ENOTFOUND: 'Its name is not known: the network or its name server is away, or the cluster is gone.',
  EAI_AGAIN: 'Its name cannot be looked up: the network or its name server is away.',
  ECONNREFUSED: 'Nobody listens there: it is stopped, or has another address now.',
  ECONNRESET: closed,
  EPIPE: closed,
  ECONNABORTED: closed,
  ENETUNREACH: gone,
  ENETDOWN: gone,
  EHOSTUNREACH: gone,
  EADDRNOTAVAIL: gone,
  CERT_HAS_EXPIRED: 'Its certificate has expired, or the clock of this machine is wrong.',
  DEPTH_ZERO_SELF_SIGNED_CERT: stranger,
  SELF_SIGNED_CERT_IN_CHAIN: stranger,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: stranger,
  ERR_TLS_CERT_ALTNAME_INVALID: stranger,
};

export const faultTexts = {
  // The command line.
  'terminal.none': () => ({
    what: 'The tutorial needs a terminal, and there is none here.',
    why: 'Its input or output is a file or a pipe.',
    next: ['Play the lessons without a screen: meshwalk run', 'See how far you are: meshwalk status'],
  }),
  'profile.name': (profile: string) => ({
    what: `"${profile}" cannot be the name of a profile.`,
    why: 'It becomes a folder: letters, digits, dots, dashes and underscores, 64 at most, beginning with a letter or digit.',
    next: ['meshwalk --profile ada'],
  }),
  'home.none': () => ({
    what: 'There is no home folder to keep your progress in.',
    why: 'HOME is not set, and the system has no entry for this user.',
    next: ['MESHWALK_HOME=/some/folder meshwalk', 'Or set HOME'],
  }),
  'run.no-step': (step: number, steps: string) => ({
    what: `There is no step ${step}.`,
    why: `The steps are ${steps}.`,
    next: ['meshwalk status'],
  }),
  'run.not-open': (lesson: string) => ({
    what: `Nothing can be proved about "${lesson}": tasks of it are finished.`,
    why: 'A proof looks at every task before it is done, and then after.',
    next: ['meshwalk run --prove --profile proof', 'meshwalk reset --all'],
  }),
  'reset.what': (named: 'nothing' | 'both') => ({
    what: named === 'nothing' ? 'Nothing says what to reset.' : 'Either one lesson or all of them can be reset.',
    next: ['meshwalk reset 6', 'meshwalk reset --all'],
  }),
  'lesson.unknown': (wanted: string, lessons: string) => ({
    what: `There is no lesson "${wanted}".`,
    why: `The lessons are: ${lessons}.`,
    next: ['meshwalk status'],
  }),
  'task.unknown': (wanted: string, among: 'tasks' | 'lessons', known: string) => ({
    what: `There is no task "${wanted}".`,
    why: among === 'tasks' ? `The tasks of this lesson are: ${known}.` : `The lessons are: ${known}.`,
    next: ['meshwalk changes split-traffic/split-half'],
  }),
  'course.unknown': (course: string, others: string) => ({
    what: `There is no course "${course}".`,
    why: others === '' ? 'There is only the first one.' : `Beside the first one there is: ${others}.`,
    next: ['meshwalk status'],
  }),
  'changes.nothing': (task: string) => ({
    what: task === '' ? 'No task changed anything yet.' : `Nothing is kept of the task "${task}".`,
    why:
      task === ''
        ? 'Or what it was like before is not kept any more.'
        : 'It was not begun, it was undone, or it is too long ago: only the latest moments are kept.',
    next: ['meshwalk status'],
  }),
  'undo.nothing': () => ({
    what: 'There is nothing to undo.',
    why: 'No task left anything since the oldest moment that is kept.',
    next: ['meshwalk status'],
  }),
  'redo.nothing': () => ({
    what: 'There is nothing to redo.',
    why: 'Nothing was undone, or something else was done since.',
    next: ['meshwalk status'],
  }),
  'charts.every': () => ({ what: 'There must be a second between two looks.' }),

  // Courses.
  'lesson.problem': (file: string, line: number, problem: string, folder: string) => ({
    what: `A lesson has a mistake: lessons/${file}:${line}.`,
    why: problem,
    next: [`meshwalk lint ${folder}`],
  }),
  'lesson.none': (folder: string) => ({
    what: `There are no lessons in ${folder}.`,
    why: 'A course is a folder that holds lessons/ with Markdown files, and manifests/.',
    next: ['meshwalk --lessons /path/to/course'],
  }),
  'lesson.start-state': (lesson: string, task: string, why: string, next: readonly string[]) => ({
    what: `The start of the lesson could not be built: "${lesson}", task "${task}".`,
    why,
    next: [...next, 'Start over with a fresh sandbox: meshwalk reset --all'],
  }),
  'lessons.not-trusted': (folder: string, again: string) => ({
    what: `The lessons in ${folder} did not come with meshwalk, and nobody said yes to their commands.`,
    why: 'A lesson can run anything that you can. The answer is kept until a file of the course changes.',
    next: [again],
  }),
  'lessons.link': (path: string) => ({
    what: `${path} is a link.`,
    why: 'What it leads to may change after somebody said yes to it; a course holds plain files.',
    next: ['Put the file itself there.'],
  }),

  // What is kept.
  'state.in-use': (pid: number, file: string) => ({
    what: 'meshwalk is already running with this progress.',
    why: `Process ${pid} holds ${file}.`,
    next: [
      'Go on in the other terminal, or end it there with q.',
      'Another learner on this machine: meshwalk --profile NAME',
    ],
  }),
  'state.folder': (folder: string, parent: string, errno: string) => ({
    what: `The folder ${folder} cannot be made.`,
    why: reason(errno),
    next: [`Make it yours: ls -ld ${parent}`, elsewhere],
  }),
  'state.unusable': (file: string, errno: string) => ({
    what: `The state folder cannot be used: ${file}.`,
    why: reason(errno),
    next: [`Make it yours: ls -l ${file}`, elsewhere],
  }),
  'journal.unusable': (file: string, errno: string) => ({
    what: `Your progress cannot be kept in ${file}.`,
    why: reason(errno),
    next: [`Look who owns it: ls -l ${file}`, elsewhere],
  }),
  'journal.not-written': (file: string, errno: string) => ({
    what: 'Your progress could not be written to disk.',
    why: reason(errno),
    next: [`Make room beside ${file}; it is tried again with your next step.`],
  }),

  // Worlds.
  ...clusterFaults,
  ...cleanupFaults,
  'world.closed': () => ({
    what: 'The sandbox was ended with the program.',
    why: 'Something still wanted to look at it.',
    next: ['meshwalk'],
  }),
  'world.no-snapshots': (world: string) => ({
    what: `In the ${world} world, what a task changed is not kept and cannot be undone.`,
    why: 'A real cluster has no picture of how it was before; what was deleted there is gone.',
    next: [
      'Before a command runs, its card shows what it would change',
      'In the sandbox every task can be looked at and undone: meshwalk',
    ],
  }),
  'cluster.unreachable': (context: string, server: string, error: string) => ({
    what: `The cluster of context ${context} does not answer at ${server}.`,
    why: noAnswer[error] ?? `${error}.`,
    next: ['kubectl cluster-info'],
  }),
  'cluster.no-credentials': (context: string, error: string) => ({
    what: `There is no login for the cluster of context ${context}.`,
    why: error === '' ? 'Whoever makes it did not answer in time.' : `${error}.`,
    next: ['az login', 'kubectl cluster-info'],
  }),
  'cluster.refuses': (message: string) => ({
    what: 'The cluster cannot be asked at the moment.',
    why: `It says: ${message}`,
    next: ['kubectl cluster-info'],
  }),
  'lesson.costs': (lesson: string, task: string) => ({
    what: `“${task}” of the lesson “${lesson}” is missing, and doing it costs money.`,
    why: 'What costs money is never done unasked.',
    next: ['Open that lesson in the map (m) and do the task there.'],
  }),
  'cluster.not-kubernetes': (server: string, status: number) => ({
    what: `Something other than Kubernetes answers at ${server}, with status ${status}.`,
    why: 'A proxy or a login page of the network is in between.',
    next: ['kubectl cluster-info'],
  }),
  'cluster.no-kubeconfig': (file: string) => ({
    what: `There is no file ${file}.`,
    next: ['kubectl config view   shows what your kubectl uses'],
  }),
  'cluster.none': () => ({
    what: 'The sandbox has no cluster yet.',
    why: 'Lesson 1 creates it.',
    next: ['meshwalk', 'meshwalk sandbox status'],
  }),
  'pod.unreachable': (port: number, namespace: string, pod: string, error: string) => ({
    what: `Port ${port} of Pod ${namespace}/${pod} cannot be reached.`,
    why: noAnswer[error] ?? `${error}.`,
    next: [`kubectl get pod ${pod} -n ${namespace}`],
  }),
  ...azureFaults,
  'sidecar.no-stats': (namespace: string, pod: string, path: string, status: number) => ({
    what: `The sidecar of Pod ${namespace}/${pod} answered ${path} with status ${status}.`,
    next: [`osm proxy get stats ${pod} -n ${namespace}`],
  }),
  'explain.no-caller': (namespace: string, name: string, found: 'stopped' | 'missing') => ({
    what:
      found === 'stopped'
        ? `No pod of ${namespace}/${name} is running.`
        : `There is no Deployment, StatefulSet or running pod ${namespace}/${name}.`,
    next: [`kubectl get pods -n ${namespace}`],
  }),
  'trace.no-jaeger': () => ({
    what: 'No Jaeger runs in this cluster.',
    why: 'Sidecars send their spans to a collector, and no pod has the image jaegertracing/all-in-one.',
    next: ['kubectl apply -f manifests/observe/jaeger.yaml'],
  }),
  'trace.jaeger': (path: string, status: number, pod: string, namespace: string) => ({
    what: `Jaeger answered ${path} with status ${status}.`,
    next: [`kubectl logs ${pod} -n ${namespace}`],
  }),
  'trace.unknown': (id: string) => ({ what: `Jaeger has no trace "${id}".`, next: ['meshwalk trace'] }),

  // The sandbox.
  'sandbox.not-running': () => ({
    what: 'No sandbox runs, so there is nothing to look at.',
    next: ['In another terminal: meshwalk', 'Or by hand: meshwalk sandbox start'],
  }),
  'sandbox.not-started': (
    how: 'ended' | 'killed' | 'said' | 'slow' | 'stopped' | 'died' | 'other',
    about: string | number,
    lastWords: string,
  ) => {
    const whys = {
      ended: `It ended with code ${about}.`,
      killed: `It was ended by ${about}.`,
      said: `It said: ${about}`,
      slow: `It was not ready in ${about} s.`,
      stopped: 'It was stopped.',
      died: `It died ${about} times within a minute.`,
      other: `${about}`,
    };
    // Another version of the sandbox may say something else.
    const why = Object.hasOwn(whys, how) ? whys[how] : `${about}`;
    return {
      what: 'The sandbox does not start.',
      why: lastWords === '' ? why : `${why} Its last words: ${lastWords}`,
      next: ['meshwalk doctor', 'Or begin anew: meshwalk reset --all'],
    };
  },
  'sandbox.ended': (code: number) => ({ what: `It ended with code ${code}.`, next: ['meshwalk doctor'] }),
  'sandbox.stuck': (pid: number) => ({
    what: `The sandbox (process ${pid}) does not stop.`,
    next: [`kill -9 ${pid}`],
  }),
  'sandbox.no-door': (file: string) => ({
    what: 'The sandbox runs, and does not say how it is reached.',
    why: `${file} is missing or cannot be read.`,
    next: ['meshwalk sandbox stop'],
  }),
  'sandbox.control': (request: string, status: number, body: string) => ({
    what: `The sandbox answered ${request} with ${status}.`,
    why: body,
    next: ['meshwalk sandbox stop'],
  }),
  'sandbox.locked': (folder: string, pid: number) => ({
    what: `${pid === 0 ? 'Another process' : `Process ${pid}`} runs the sandbox in ${folder}.`,
    why: 'One folder holds one sandbox.',
    next: ['Stop it: meshwalk sandbox stop', ...(pid === 0 ? [] : [`Or end the process: kill ${pid}`])],
  }),
  'sandbox.folder': (folder: string, errno: string) => ({
    what: `The sandbox cannot keep its state in ${folder}.`,
    why: reason(errno),
    next: [`Look at the folder: ls -ld ${folder}`],
  }),
  'sandbox.format': (folder: string, found: string, known: number) => ({
    what: `The sandbox in ${folder} has format ${found}.`,
    why: `This program reads format ${known}.`,
    next: ['Use the newer meshwalk that wrote it.', 'Or start over in another folder.'],
  }),
  'sandbox.cluster-down': (cluster: string) => ({
    what: `The cluster ${cluster} does not run.`,
    next: ['Start the sandbox again: meshwalk sandbox stop, then meshwalk sandbox start'],
  }),
  'snapshot.damaged': (path: string) => ({
    what: `The snapshot ${path} is damaged.`,
    why: 'Its checksum does not fit what it holds.',
    next: ['The sandbox stays as it is; go on with: meshwalk'],
  }),
  'snapshot.none': (id: string) => ({
    what: `There is no snapshot "${id}".`,
    why: 'Only the latest ones are kept.',
    next: ['The sandbox stays as it is; go on with: meshwalk'],
  }),
  'restore.unfinished': (why: string) => ({
    what: 'The sandbox was being put back to an earlier state, and that cannot be finished.',
    why,
    next: ['Begin anew: meshwalk reset --all'],
  }),

  // A class.
  'class.log-unusable': (file: string, errno: string) => ({
    what: `The class cannot be kept in ${file}.`,
    why: reason(errno),
    next: [`Look who owns it: ls -l ${file}`, elsewhere],
  }),
  'class.log-not-written': (file: string, errno: string) => ({
    what: `What happened in the class could not be written to ${file}.`,
    why: reason(errno),
    next: ['Learners keep it and send it again; make room on the disk.'],
  }),
  ...stateFaults,
  ...storeFaults,
  'class.port': (port: number, errno: string) => ({
    what: `The class cannot listen on port ${port}.`,
    why: errno === 'EADDRINUSE' ? 'Another program has it.' : reason(errno),
    next: [`meshwalk class host --port ${port + 1}`],
  }),
  'class.address': (address: string) => ({
    what: `"${address}" is no address of a class.`,
    why: 'The host shows it: where the class is, then # and the join code.',
    next: ['meshwalk class join 192.168.1.20:7070/#K7QX-2MPD'],
  }),
  'class.code': () => ({
    what: 'The class does not know this join code.',
    next: ['Ask the instructor for the code, and type the address with it again.'],
  }),
  'class.token': () => ({
    what: 'The class does not know you yet, and a join code was not given.',
    next: ['Type the address as the host shows it, with # and the code at its end.'],
  }),
  'class.version': () => ({
    what: 'The class runs another version of meshwalk.',
    next: ['Install the version that the instructor uses: meshwalk --version'],
  }),
  'class.full': () => ({ what: 'The class is full.', next: ['Tell the instructor.'] }),
  'class.malformed': () => ({
    what: 'The class did not understand what this program said.',
    next: ['Give yourself a name of letters: meshwalk class join … --name Ada'],
  }),
  'class.journal': () => ({
    what: 'The class knows more of your progress than there is on this machine.',
    why: 'The journal was replaced since you joined.',
    next: ['Join as somebody new: meshwalk class join … --anew'],
  }),
  'class.fingerprint': (address: string) => ({
    what: `Whoever answers at ${address} is not the class that the address names.`,
    why: 'The certificate has another fingerprint.',
    next: ['Compare the address with what the host shows, letter by letter.', 'Tell the instructor.'],
  }),
  'class.unreachable': (address: string) => ({
    what: `No class answers at ${address}.`,
    next: ['Are you in the same network as the host?', 'Is the host still there? It shows its addresses.'],
  }),
  'class.never-joined': () => ({
    what: 'This profile has joined no class, and the address says no join code.',
    next: ['meshwalk class join 192.168.1.20:7070/#K7QX-2MPD --name Ada'],
  }),
  'class.no-host': () => ({
    what: 'No class is held on this machine.',
    next: ['meshwalk class host', "Or watch another machine's: meshwalk class watch ADDRESS, as its host shows it"],
  }),
  'class.watch-token': () => ({
    what: 'The class does not know this instructor.',
    next: ["Type the address of the instructor's page as the host showed it, with # and all behind it."],
  }),
  'class.lessons': (given: string, steps: string) => ({
    what: `"${given}" names no lessons.`,
    why: `The steps are ${steps}.`,
    next: ['meshwalk class host --lessons 1-8', 'meshwalk class host --lessons 3,5'],
  }),
};
