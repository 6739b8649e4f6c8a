import { Command } from 'commander';
import type { Subcommand } from './subcommand.ts';
import { examples, loadTold } from './subcommand.ts';

/** `meshwalk lint`: an author's mistakes, with file and line. */
export const lintCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { lint: usage } = words.usage;
  return new Command('lint')
    .description(usage.description)
    .argument('[folders...]', usage.folders)
    .option('--json', words.usage.options.jsonLines)
    .option('--reference', usage.reference)
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk lint', usage.plain],
        ['meshwalk lint ~/my-course', usage.own],
        ['meshwalk lint --reference | less', usage.read],
      ),
    )
    .action(async (folders: string[], options: { json?: boolean; reference?: boolean }) => {
      const { checkKinds } = await import('../check/registry.ts');
      if (options.reference) {
        const { referenceFor } = await import('../lesson/reference.ts');
        subcommand.machine.out(referenceFor(checkKinds));
        return;
      }
      const { lintCourse } = await import('../lesson/lint.ts');
      const { courseFiles } = await import('./course-files.ts');
      const { machine } = subcommand;
      let found = 0;
      let lessons = 0;
      for (const folder of folders.length > 0 ? folders : [machine.root]) {
        const { catalog, problems } = await lintCourse(courseFiles(folder), checkKinds);
        lessons += catalog.lessons.length;
        found += problems.length;
        for (const problem of problems) {
          const file = problem.file.endsWith('.md') ? `lessons/${problem.file}` : problem.file;
          machine.out(
            options.json ? JSON.stringify({ ...problem, file }) : `${file}:${problem.line}: ${problem.message}`,
          );
        }
      }
      const { lint: told } = await loadTold(machine);
      const isEmpty = lessons === 0 && found === 0;
      if (isEmpty) machine.err(told.noLessons);
      else if (!options.json && found === 0) machine.out(told.clean(lessons));
      if (found > 0 || isEmpty) subcommand.exit(1);
    });
};
