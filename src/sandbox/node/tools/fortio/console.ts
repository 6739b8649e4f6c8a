import type { Process } from '../../processes/process.ts';
import { type LogLevel, logLevels } from './command-line.ts';

/** fortio's log, on standard error: `21:06:36 W http_client.go:838> …`. */
export class FortioLog {
  readonly #process: Process;
  readonly #least: number;

  constructor(process: Process, level: LogLevel) {
    this.#process = process;
    this.#least = logLevels.indexOf(level);
  }

  async write(level: LogLevel, place: string, text: string): Promise<void> {
    if (logLevels.indexOf(level) < this.#least) return;
    const time = new Date(this.#process.system.clock.now()).toISOString().slice(11, 19);
    await this.#process.stderr.write(`${time} ${level[0]} ${place}> ${text}\n`);
  }
}

/** Go's Duration.String for milliseconds with a fraction. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(4))}ms`;
  const seconds = ms / 1000;
  return seconds < 60
    ? `${Number(seconds.toFixed(7))}s`
    : `${Math.floor(seconds / 60)}m${Number((seconds % 60).toFixed(7))}s`;
}
