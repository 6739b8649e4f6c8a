// Started by tests as a program of its own, to be killed: runs a command that would go on for long.
import { LearnerShell } from '../../src/platform/learner-shell.ts';

const [folder = ''] = process.argv.slice(2);
const shell = new LearnerShell({
  folder: `${folder}/shell`,
  environment: () => ({ PATH: '/usr/bin:/bin' }),
  workingFolder: folder,
});
const script = "trap '' TERM; sleep 301 & echo $$ $!; sleep 302 | sleep 303; wait";
shell.run({ script, timeoutMs: 0 }, (text) => process.stdout.write(text));
setInterval(() => {}, 60_000);
