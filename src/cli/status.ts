import { Command } from 'commander';
import { addKeptOptions, type KeptOptions, openKept, startLine } from './kept.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, loadTold } from './subcommand.ts';

/** `meshwalk status`: what is finished and where to go on. Only reads; works while meshwalk runs elsewhere. */
type StatusOptions = KeptOptions & { json?: boolean };

export const statusCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { status: usage } = words.usage;
  return addKeptOptions(
    new Command('status').description(usage.description).option('--json', words.usage.options.json),
    words,
  )
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk status', usage.plain],
        ['meshwalk status --profile ada', usage.profile],
        ['meshwalk status --json', usage.json],
      ),
    )
    .action((options: StatusOptions) => showStatus(options, subcommand));
};

async function showStatus(options: StatusOptions, { machine }: Subcommand): Promise<void> {
  const { summarize } = await import('../progress/summary.ts');
  const { courseOf, firstCourse } = await import('../lesson/catalog.ts');
  const { isLessonFinished, lessonToResume, renamedLessons } = await import('./openings.ts');

  const { catalog, entries } = await openKept(options, machine);
  const summary = summarize(entries(), renamedLessons(catalog));
  const next = lessonToResume(catalog, summary);
  const lessons = catalog.lessons.map((lesson) => ({
    lesson: lesson.id,
    ...(courseOf(lesson) !== firstCourse && { course: courseOf(lesson) }),
    step: lesson.step,
    title: lesson.title,
    finished: isLessonFinished(lesson, summary.finished),
    tasks: lesson.tasks.length,
    finishedTasks: lesson.tasks.filter(({ id }) => summary.finished.has(`${lesson.id}/${id}`)).length,
  }));
  if (options.json) {
    machine.out(JSON.stringify({ world: options.world, profile: options.profile, next: next?.id, lessons }));
    return;
  }
  const { status: told } = await loadTold(machine);
  let shown: string | undefined;
  for (const { lesson, course, step, title, finished, tasks, finishedTasks } of lessons) {
    if (course !== undefined && course !== shown) machine.out(`\n${catalog.titleOf(course)}`);
    shown = course;
    const mark = finished ? '✓' : lesson === next?.id ? '→' : ' ';
    const count = told.tasks(finishedTasks, tasks);
    machine.out(`${mark} ${String(step).padStart(2)}  ${title} (${count})`);
  }
  if (options.world === 'aks') await tellCost(options, machine);
  const again = startLine(options);
  machine.out(lessons.every(({ finished }) => finished) ? `\n${told.allDone}` : `\n${told.goOn(again)}`);
  const [further] = catalog.courses.filter((course) => course !== firstCourse);
  if (
    further !== undefined &&
    !lessons.some(({ course, finishedTasks }) => course !== undefined && finishedTasks > 0)
  ) {
    machine.out(told.further(`${again} --course ${further}`));
  }
}

/** What goes on costing money now, whoever made it; nothing where nothing does, or Azure does not say in time. */
async function tellCost({ profile, world }: StatusOptions, machine: Subcommand['machine']): Promise<void> {
  const { createWorld } = await import('../world/registry.ts');
  const { stateFolders } = await import('../progress/state-folders.ts');
  const { worldFolder } = await import('./course-names.ts');
  const { remindOfCost } = await import('./cost-on-leaving.ts');
  const { environment: learner, root, words, out } = machine;
  const folder = worldFolder(world, stateFolders(profile, world, learner));
  const opened = createWorld(world, { folder, workingFolder: root, serverFile: '', pace: 'brisk', learner });
  try {
    await remindOfCost(opened, words, out);
  } finally {
    await opened.close();
  }
}
