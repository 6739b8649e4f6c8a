import type { Clock } from '../../../platform/clock.ts';
import type { ErrorCode } from './error-codes.ts';

/** Log lines of the control plane: JSON as zerolog writes it, from a level on that can be changed while it runs. */
export interface LogWriter {
  debug(component: string, message: string): void;
  info(component: string, message: string): void;
  warn(component: string, message: string): void;
  error(component: string, message: string, cause?: Error, code?: ErrorCode): void;
  /** The last words of a component. */
  fatal(component: string, message: string, cause?: Error): void;
}

export interface ControlPlaneLog extends LogWriter {
  /** Throws on a word that is no level (pkg/logger). */
  setLevel(name: string): void;
}

const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic', 'disabled'] as const;
type Level = (typeof severities)[number];
/** In OSM's order, for its message. */
const allowedLevels = 'debug info warn error fatal panic disabled trace';

const levelOf = (name: string): Level | undefined => severities.find((level) => level === name.toLowerCase());

/** `onCode` hears of each error that has a code, for the metric that counts them, whatever the level. */
export function controlPlaneLog(
  clock: Clock,
  write: (line: string) => void,
  initial = 'info',
  onCode: (code: ErrorCode) => void = () => {},
): ControlPlaneLog {
  let threshold = severities.indexOf(levelOf(initial) ?? 'info');
  const line = (level: Level, component: string, message: string, cause?: Error, code?: ErrorCode) => {
    if (severities.indexOf(level) < threshold) return;
    write(
      `${JSON.stringify({
        level,
        component,
        ...(cause ? { error: cause.message } : {}),
        ...(code ? { error_code: code } : {}),
        time: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
        message,
      })}\n`,
    );
  };
  return {
    debug: (component, message) => line('debug', component, message),
    info: (component, message) => line('info', component, message),
    warn: (component, message) => line('warn', component, message),
    error(component, message, cause, code) {
      if (code) onCode(code);
      line('error', component, message, cause, code);
    },
    fatal: (component, message, cause) => line('fatal', component, message, cause),
    setLevel(name) {
      const level = levelOf(name);
      if (!level) throw new Error(`Invalid log level '${name}' specified. Please specify one of [${allowedLevels}]`);
      threshold = severities.indexOf(level);
    },
  };
}
