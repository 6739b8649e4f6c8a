import type { ProgramIo } from './cobra/command.ts';

/** What Go's programs say beside their output: `W1122 19:50:53.330303   26403 loader.go:222] text` (klog's header). */
export function logWarning({ err }: ProgramIo, at: string, text: string, now = new Date()): void {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  const micros = `${String(now.getMilliseconds()).padStart(3, '0')}000`;
  err(`W${day} ${time}.${micros} ${String(process.pid).padStart(7)} ${at}] ${text}\n`);
}
