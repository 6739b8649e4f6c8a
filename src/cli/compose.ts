import { join, resolve } from 'node:path';
import type { CheckKind } from '../check/check.ts';
import { checkKinds } from '../check/registry.ts';
import { faultOf } from '../fault.ts';
import type { Catalog } from '../lesson/catalog.ts';
import type { Clock } from '../platform/clock.ts';
import { systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { LearnerShell } from '../platform/learner-shell.ts';
import { acquireLock } from '../platform/lock.ts';
import { type Log, openLog } from '../platform/log.ts';
import { Journal } from '../progress/journal.ts';
import { type StateFolders, stateFolders } from '../progress/state-folders.ts';
import { type Summary, summarize } from '../progress/summary.ts';
import type { CommandRunner, DriverPorts, LessonOpening } from '../session/ports.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Words } from '../words/en.ts';
import { loadFindings } from '../words/language.ts';
import { createWorld } from '../world/registry.ts';
import type { World } from '../world/world.ts';
import { loadCourse } from './course-files.ts';
import { courseNames, worldFolder } from './course-names.ts';
import { lookAt } from './evidence.ts';
import { explainingRunner } from './explaining-runner.ts';
import { followingRunner } from './following-runner.ts';
import { guardedRunner } from './guarded-runner.ts';
import { openingOf, renamedLessons } from './openings.ts';
import type { CommonOptions } from './options.ts';
import { type Settler, settleWorld } from './settling.ts';
import { spokenPorts } from './spoken.ts';
import type { Teardown } from './teardown.ts';
import { troubleWords } from './troubles.ts';
import { WorldWatch } from './world-watch.ts';

/** Builds the real parts and knits them together; the one place where all of them meet. Holds no rule. */

/** What the machine gives the program. */
export interface Machine {
  version: string;
  /** Holds dist/, lessons/ and manifests/. */
  root: string;
  environment: Readonly<Record<string, string | undefined>>;
  words: Words;
  out: (line: string) => void;
  err: (line: string) => void;
}

export interface Parts {
  folders: StateFolders;
  journal: Journal;
  catalog: Catalog;
  kinds: readonly CheckKind[];
  world: World;
  shell: LearnerShell;
  clock: Clock;
  log: Log;
  words: Words;
  /** What checks and explanations say. */
  findings: Findings;
  summary(): Summary;
  opening(lesson: string, task?: string): LessonOpening;
  /** The driver's ports; `record` is the journal's unless told otherwise. */
  ports(change?: Partial<DriverPorts>): DriverPorts;
}

export interface Hooks {
  /** Given where lessons are about to run: who can be asked on what. Without it what was agreed to before counts. */
  settler?: Settler;
  /** A sentence about the sandbox's health, for the learner. */
  onTrouble(sentence: string): void;
  /** How far a command is that says nothing itself. */
  onProgress?(sentence: string): void;
  onBug(error: unknown): void;
}

/** Takes the lock, opens journal, course, world and shell. The world is not yet prepared. */
export async function openParts(
  options: CommonOptions,
  machine: Machine,
  teardown: Teardown,
  hooks: Hooks,
): Promise<Parts> {
  const folders = stateFolders(options.profile, options.world, machine.environment);
  const { words } = machine;
  const findings = await loadFindings(words);
  const courseFolder = resolve(options.lessons ?? machine.root);
  ensurePrivateFolder(folders.state);
  const lock = acquireLock(folders.lock);
  teardown.add(() => lock.release());
  const { settler } = hooks;
  if (settler) await settleWorld(options, folders, courseFolder, { machine, findings, settler });
  const names = courseNames(options.world, folders);
  const catalog = await loadCourse(courseFolder, { language: words.language, world: options.world, names });
  const journal = Journal.open(folders.journal);
  teardown.add(() => journal.close());
  let troubles = 0;
  const world = createWorld(options.world, {
    folder: worldFolder(options.world, folders),
    workingFolder: courseFolder,
    serverFile: join(machine.root, 'dist', 'server.js'),
    pace: options.pace,
    learner: machine.environment,
    onTrouble(trouble) {
      troubles += 1;
      hooks.onTrouble(troubleWords(trouble, findings));
    },
  });
  teardown.add(() => world.close());
  const shell = new LearnerShell({
    folder: folders.shell,
    environment: () => world.environment(),
    workingFolder: world.workingFolder,
  });
  teardown.add(() => shell.close());
  const log = openLog(folders.log);
  return knit({ folders, catalog, journal, world, shell, log, words, findings, worldRestarts: () => troubles }, hooks);
}

/** The learner's shell, with what the world adds: a guard where contexts may be switched, and Azure's side of an az. */
function commandRunner(
  world: World,
  shell: LearnerShell,
  { faultTexts, conditions }: Findings,
  { onTrouble, onProgress }: Hooks,
): CommandRunner {
  const guarded = world.astray ? guardedRunner(shell, async () => world.astray?.(), faultTexts) : shell;
  const azure = () => world.azure();
  const followed = followingRunner(guarded, {
    clock: systemClock,
    azure,
    words: conditions.azureCluster,
    tell: (sentence) => onProgress?.(sentence),
  });
  return explainingRunner(followed, faultTexts, onTrouble);
}

type Opened = Pick<Parts, 'folders' | 'catalog' | 'journal' | 'world' | 'shell' | 'log' | 'words' | 'findings'> & {
  worldRestarts: () => number;
};

function knit(opened: Opened, hooks: Hooks): Parts {
  const { catalog, journal, world, shell, findings } = opened;
  const renamed = renamedLessons(catalog);
  const summary = () => summarize(journal.entries, renamed);
  const opening = (id: string, task?: string) => {
    const lesson = catalog.find(id);
    if (!lesson) {
      throw faultOf('lesson.unknown', id, catalog.lessons.map((known) => known.id).join(', '));
    }
    return openingOf(catalog, lesson, summary(), checkKinds, findings, task);
  };
  const clock = systemClock;
  const watch = new WorldWatch(world);
  const seen = { kube: () => watch.kube(), azure: () => world.azure(), describe: () => world.describe() };
  return {
    ...opened,
    kinds: checkKinds,
    clock,
    summary,
    opening,
    ports: (change) =>
      spokenPorts(
        {
          clock,
          runner: commandRunner(world, shell, findings, hooks),
          describeWorld: () => world.describe(),
          watchWorld: (onChange) => watch.watch(onChange),
          look: (request, report) => lookAt({ world: seen, kinds: checkKinds, clock, findings }, request, report),
          record: (record) => void journal.append(record),
          openLesson: async (id) => opening(id),
          worldAbsences: () => opened.worldRestarts() + watch.absences,
          isWorldAway: () => watch.isAway(),
          onWorldBack: (listener) => watch.onBack(listener),
          askWorldNow: () => watch.askNow(),
          onBug: hooks.onBug,
          ...change,
        },
        findings.faultTexts,
      ),
  };
}
