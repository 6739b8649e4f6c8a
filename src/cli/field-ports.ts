import { Fault, inWords } from '../fault.ts';
import { StatusError } from '../kube/status.ts';
import type { FieldPorts, FieldText } from '../lesson/fields/field-desk.ts';
import { taskOf } from '../session/next-step.ts';
import type { SessionState } from '../session/state.ts';
import type { Parts } from './compose.ts';
import { courseFiles } from './course-files.ts';

/** Where the explanations of fields come from: the course's files, and the schemas of the world's cluster. */
export function fieldPorts({ world, findings }: Pick<Parts, 'world' | 'findings'>): FieldPorts {
  const files = courseFiles(world.workingFolder);
  return {
    read: (path) => files.read(path),
    list: (folder) => files.list(folder),
    async openApi(path) {
      try {
        const kube = await world.kube();
        if (!kube) return { type: 'no-cluster' };
        const document = await kube.openApi(path);
        return document === undefined ? { type: 'no-kind' } : { type: 'document', document };
      } catch (error) {
        if (error instanceof Fault) return { type: 'trouble', why: inWords(error, findings.faultTexts).what };
        if (error instanceof StatusError) return { type: 'trouble', why: error.message };
        throw error;
      }
    },
  };
}

/** What the learner reads now: the open task's texts and commands, or the introduction. */
export function openText(session: SessionState | undefined): FieldText {
  const task = session && taskOf(session);
  if (!task) return { prose: [session?.lesson.intro ?? ''], scripts: [] };
  return {
    prose: task.blocks.flatMap((block) => (block.type === 'prose' ? [block.markdown] : [])),
    scripts: task.commands.map(({ script }) => script),
  };
}
