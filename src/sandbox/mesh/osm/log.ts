import type { Clock } from '../../../platform/clock.ts';

/** Log lines of the control plane: JSON as zerolog writes it. */
export interface LogWriter {
  info(component: string, message: string): void;
  warn(component: string, message: string): void;
  error(component: string, message: string, cause?: Error): void;
  /** The last line of a program that gives up. */
  fatal(component: string, message: string): void;
}

export function controlPlaneLog(clock: Clock, write: (line: string) => void): LogWriter {
  const line = (level: string, component: string, message: string, cause?: Error) =>
    write(
      `${JSON.stringify({
        level,
        component,
        ...(cause ? { error: cause.message } : {}),
        time: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
        message,
      })}\n`,
    );
  return {
    info: (component, message) => line('info', component, message),
    warn: (component, message) => line('warn', component, message),
    error: (component, message, cause) => line('error', component, message, cause),
    fatal: (component, message) => line('fatal', component, message),
  };
}
