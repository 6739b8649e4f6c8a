import { type Fact, Fault, faultFrom } from '../fault.ts';

/** What the sandbox process says in its one line, parsed from foreign JSON. Knows nothing of processes. */
export type ServerLine = { type: 'ready'; notices: readonly string[] } | { type: 'fault'; fault: Fault };

/** Undefined for a line that says neither that it is ready nor why it is not. */
export function readServerLine(line: unknown): ServerLine | undefined {
  if (!isRecord(line)) return undefined;
  const { ready, notices, fault } = line;
  if (isRecord(fault)) return { type: 'fault', fault: readFault(fault) };
  if (ready !== true) return undefined;
  return { type: 'ready', notices: Array.isArray(notices) ? notices.map(String) : [] };
}

function readFault({ code, what, why, next, facts }: Record<string, unknown>): Fault {
  const said = {
    what: String(what),
    ...(typeof why === 'string' ? { why } : {}),
    next: Array.isArray(next) ? next.map(String) : [],
  };
  return Array.isArray(facts) && facts.every(isFact)
    ? faultFrom(String(code), said, facts)
    : new Fault(String(code), said);
}

const isFact = (value: unknown): value is Fact =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (Array.isArray(value) && value.every((item) => typeof item === 'string'));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
