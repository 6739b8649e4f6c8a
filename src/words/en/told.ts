import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** What subcommands print. */
export const told = {
  /** Why a task that was played is not solved. */
  solving: {
    blocked: (what: string, why: string) => `${what} ${why}`,
    tooLong: (steps: number) => `It did not end in ${steps} steps.`,
    fell: (command: string) => `${command} did not stay up.`,
    fellSaying: (command: string, line: string) => `${command} did not stay up (${line}).`,
    ends: { signalled: 'signalled', 'timed-out': 'timed out', cancelled: 'cancelled', 'not-started': 'not started' },
    exitCode: (code: number) => `exit code ${code}`,
    endedBy: (signal: string) => `ended by ${signal}`,
    stoppedAfter: (seconds: number) => `stopped after ${seconds} s`,
    commandFailed: (end: string, script: string) => `The command ended with ${end}: ${script}`,
    notPassed: 'The check did not pass.',
    unknown: (condition: string, reason: string) => `${condition}: could not tell. ${reason}`,
    open: (condition: string, expected: string, saw: string, why: string) =>
      `${condition}: expected ${expected}, saw ${saw}. ${why}`,
  },
  classroom: {
    begins: (name: string) => `The class "${name}" begins.`,
    goesOn: (name: string, learners: number) =>
      `The class "${name}" goes on; it knows ${counted(learners, { one: 'learner', other: 'learners' })}. Another one begins with --new.`,
    lessons: (lessons: readonly string[]) => `Its lessons: ${lessons.join(', ')}`,
    asBegun: 'It goes on as it was begun: --name and --lessons count for a class that begins, as with --new.',
    learnersType: 'Learners type:',
    page: "The instructor's page; whoever has this address is an instructor, and it is not shown again:",
    watch: 'The same in a terminal of this machine: meshwalk class watch',
    end: 'Ctrl-C ends it. Nothing is lost: the same command goes on with it.',
    damaged: (lines: number, file: string) =>
      `${counted(lines, { one: 'line', other: 'lines' })} of ${file} cannot be read, and count for nothing; all others do.`,
  },
  /** `meshwalk class watch`. */
  classWatch: {
    counts: (present: number, all: number, stuck: number) => `${present} of ${all} here, ${stuck} stuck`,
    offline: 'no connection to the class',
    lead: (lesson: string, since: string) => `At “${lesson}” for ${since}`,
    hold: (lesson: string, since: string) => `Held at “${lesson}” for ${since}`,
    countdown: (left: string, label: string) => `${left} left ${label}`,
    said: (text: string, to: string | undefined) => `Said last to ${to ?? 'all'}: ${text}`,
    standing: { stuck: 'stuck', working: 'for', passed: 'done', 'not-begun': 'not begun', away: 'away' },
    hands: (names: readonly string[]) => `Hands up: ${names.join(', ')}`,
    heat: (held: number, there: number, condition: string, stuck: number) =>
      `${held} of ${there} are held up by ${condition}, ${stuck} of them stuck`,
    rule: (percent: number, minutes: number) =>
      `Stuck: longer at a task than the class's median by ${percent} %, and by ${minutes} minutes at least.`,
    prompt:
      'hold 3, release, lead 4, say hello, say @Ada hello, countdown 5 break, end, lower Ada, here Ada, gone Ada, state Ada; q leaves',
    noState: (name: string) => `${name} has not shared the state of their sandbox.`,
    tookState: (line: string) => `It is in this folder. To open it: ${line}`,
    notUnderstood: (line: string, commands: string) =>
      commands === '' ? `The class knows no such lesson or learner: ${line}` : `"${line}" is none of: ${commands}.`,
  },
  troubles: {
    journal: (lines: number, aside: string) =>
      `The journal of your progress had ${counted(lines, { one: 'line', other: 'lines' })} that cannot be read. All others are kept; the damaged file is ${aside}.`,
    restarted: 'The sandbox had stopped and runs again; its cluster is as it was.',
  },
  report: {
    mistake: 'meshwalk made a mistake, and is sorry. Your finished tasks are saved.',
    log: (file: string) => `What happened is in ${file}`,
  },
  run: {
    step: (step: number, title: string) => `Step ${step}: ${title}`,
    finishedAlready: (step: number, title: string) => `Step ${step}: ${title} (finished already)`,
    before: 'before:',
    waitsFor: (conditions: string) => `needs ${conditions} first`,
    notSolved: (task: string) => `"${task}" did not pass.`,
    done: (lessons: number) => `${counted(lessons, { one: 'lesson', other: 'lessons' })} done.`,
    beyond: (lesson: string) =>
      `The sandbox is beyond the start of "${lesson}": that start takes the place of all that is there`,
    holdsBefore: (id: string, title: string, saw: string) =>
      `Condition "${id}" holds before the task is done, so it proves nothing: ${title} (${saw}).`,
    unknownBefore: (id: string, title: string, reason: string) =>
      `Condition "${id}" could not be looked at before the task, so nothing is proved: ${title}. ${reason}`,
    notLookedAt: (id: string, title: string) => `Condition "${id}" was not looked at before the task: ${title}.`,
  },
  status: {
    tasks: (done: number, count: number) => `${done} of ${counted(count, { one: 'task', other: 'tasks' })}`,
    allDone: 'All done.',
    goOn: (command: string) => `Go on: ${command}`,
    further: (command: string) => `Lessons beyond the first course: ${command}`,
  },
  search: {
    nowhere: (words: string) => `"${words}" stands in no lesson and in no word of the field.`,
    terms: 'Words of the field',
  },
  wayBack: {
    undone: 'Undone. The sandbox and your progress are as before this task; meshwalk redo brings it again.',
    redone: 'Redone. The sandbox and your progress are as they were; meshwalk undo takes it back.',
  },
  changes: {
    none: 'Nothing changed in the world.',
    alongside: (kinds: string) => `alongside ${kinds}`,
    more: (count: number) => `(${count} more lines)`,
    leftOut: (fields: string) => `Left out: ${fields}; what controllers made is only counted.`,
  },
  reset: {
    all: (start: string) => `All progress is forgotten, and the sandbox is empty. Begin with: ${start}`,
    /** In worlds that are the learner's own, a reset deletes nothing. */
    progressOnly: (world: string, start: string) =>
      `All progress is forgotten. What lessons made is still there; to delete it: meshwalk cleanup --world ${world}. Begin with: ${start}`,
    lesson: (title: string, start: string) =>
      `"${title}" is to be done again. Nothing changed in the cluster yet; begin with: ${start}`,
  },
  sandbox: {
    runsAlready: (pid: number) => `The sandbox runs already (process ${pid}).`,
    runsUntil: (pid: number) => `The sandbox runs (process ${pid}) until: meshwalk sandbox stop`,
    reach: 'Reach it from this terminal: eval "$(meshwalk sandbox env)"',
    none: 'No sandbox runs.',
    stopped: 'The sandbox is stopped. Its state is kept.',
    runs: (pid: number, folder: string) => `The sandbox runs (process ${pid}), kept in ${folder}`,
    kept: (folder: string) => `No sandbox runs. Its state is kept in ${folder}`,
    never: 'No sandbox runs, and none was made yet. Make one: meshwalk sandbox start',
    notNow: 'The sandbox does not run now. Start it: meshwalk sandbox start',
  },
  lint: {
    noLessons: 'There are no lessons: a course is a folder that holds lessons/ with Markdown files.',
    clean: (lessons: number) => `${lessons} lessons, no mistakes.`,
  },
  trust: {
    question: 'Run these when a lesson asks for them? (yes or no) ',
    /** Answers that are a yes. */
    yes: 'y yes',
    listing: (folder: string) => `The lessons in ${folder} did not come with meshwalk. These are their commands:`,
  },
  /** What stands before a lesson that cannot be opened, or not without a word of the learner. */
  stopping: {
    asks: 'empty the sandbox',
    beyond: (lesson: string) => `The sandbox is beyond the start of "${lesson}".`,
    why: 'Lessons only lead forwards, so its start is built from an empty sandbox. Your progress is kept; what you made in the cluster yourself is lost.',
    enter: 'Enter: empty the sandbox and build the start of this lesson',
    back: (lesson: string) => `Esc: back to "${lesson}"; all stays as it is`,
    leave: 'q: leave; all stays as it is, and meshwalk goes on where you were',
    mistake: 'meshwalk made a mistake.',
    log: (file: string) => `The log has it: ${file}`,
  },
};
