import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Two lessons of three tasks on the real sandbox, each of which makes a resource group and keeps a shell variable.
const task = (name: string) => `
## Make ${name}
<!-- task: ${name} -->

\`\`\`bash {"name":"${name}","effect":"changes"}
az group create -l southeastasia -n ${name} -o none && MADE="$MADE ${name}"
\`\`\`
`;

const lesson = (id: string, step: number, needs: string, ...tasks: string[]) => `---
lesson: 1
id: ${id}
step: ${step}
title: Lesson ${id}
minutes: 1
needs: [${needs}]
worlds: [sandbox]
---

# Lesson ${id}

Words.
${tasks.map(task).join('')}`;

/** Answers its folder, below this one. */
export function writeSmallCourse(home: string): string {
  const folder = join(home, 'course');
  mkdirSync(join(folder, 'lessons'), { recursive: true });
  mkdirSync(join(folder, 'manifests'));
  writeFileSync(join(folder, 'lessons/01-first.md'), lesson('first', 1, '', 'one', 'two'));
  writeFileSync(join(folder, 'lessons/02-second.md'), lesson('second', 2, 'first', 'three'));
  return folder;
}
