// A whole program for the tests of the terminal: the screen on a played session. Prints how it ended.
import { Fault } from '../../src/fault.ts';
import { runScreen } from '../../src/tui/terminal.tsx';
import { languageOf, loadWords } from '../../src/words/language.ts';
import { scriptedHost } from '../tui/scripted-host.ts';

const environment = process.env;
const flood = Array.from(
  { length: Number(environment['LINES_OF_OUTPUT'] ?? 3) },
  (_, index) => `line ${index + 1} of the output`,
);

const host = await scriptedHost({
  taskIndex: Number(environment['TASK'] ?? -1),
  commands: {
    'kubectl apply': { output: `${flood.join('\n')}\n\u001b[32mgreen\u001b[0m \u001b]52;c;aGk=\u0007created\n` },
    'kubectl delete': { output: 'deleting\n', hangs: true },
    'kubectl port-forward': { output: 'Forwarding from 127.0.0.1:8081\n', hangs: true },
    echo: { output: 'said\n' },
  },
  conditions: {
    weights: { status: 'passed', saw: 'weights 50 and 50' },
    ratio:
      environment['RATIO'] === 'passed'
        ? { status: 'passed', saw: '51 % of 400 requests' }
        : { status: 'not-yet', expected: '50 %, give or take 10', saw: '38 % of 40 requests' },
    gone: { status: 'wrong', expected: 'no such object', saw: 'TrafficSplit bookstore-split' },
  },
});
host.shellProgram = {
  file: '/bin/sh',
  args: ['-i'],
  environment: {
    PATH: environment['PATH'] ?? '',
    PS1: 'learner$ ',
    IN_WORLD: 'yes',
    TERM: environment['TERM'] ?? 'xterm',
  },
  folder: '/',
  greeting: 'A shell in the sandbox. Type exit to come back.',
};
if (environment['CRASH'] === 'draw') {
  const { content } = host;
  host.content = () => {
    const now = content.call(host);
    if (now.session.taskIndex >= 0) throw new Error('the drawing is broken');
    return now;
  };
}
if (environment['CRASH'] === 'later') host.openPage = () => void Promise.reject(new Error('nobody caught this'));

try {
  const end = await runScreen({
    openHost: async () => host,
    stdin: process.stdin,
    stdout: process.stdout,
    environment,
    words: await loadWords(languageOf(undefined, environment)),
  });
  await host.driver.close();
  process.stdout.write(`ended: ${JSON.stringify(end)}\n`);
  process.exitCode = 0;
} catch (error) {
  await host.driver.close();
  process.stdout.write(
    `${error instanceof Fault ? `fault ${error.code}: ${error.message}` : `crashed: ${String(error)}`}\n`,
  );
  process.exitCode = 70;
}
process.stdin.unref();
