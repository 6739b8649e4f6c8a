import { spawnSync } from 'node:child_process';
import type { RunEnd } from '../platform/run-end.ts';
import type { TerminalProgram } from './app-port.ts';

/**
 * Runs a program on our terminal until it ends. spawnSync on purpose: with an asynchronous child Node goes on reading the
 * terminal, and its shell is stopped or dies.
 */
export function runOnTerminal(program: TerminalProgram, stdout: NodeJS.WriteStream): RunEnd {
  if (program.greeting) stdout.write(`${program.greeting}\n`);
  const { error, signal, status } = spawnSync(program.file, program.args, {
    cwd: program.folder,
    env: { ...program.environment },
    stdio: 'inherit',
  });
  if (error) return { type: 'not-started', reason: error.message };
  if (signal) return { type: 'signalled', signal };
  return { type: 'exited', code: status ?? 0 };
}
