import { Fault, type FaultTexts, inWords } from '../fault.ts';
import type { DriverPorts } from '../session/ports.ts';

/** Faults on their way to a reader, in the words of the reader's language. */
export const spokenError = (error: unknown, texts: FaultTexts): unknown =>
  error instanceof Fault ? inWords(error, texts) : error;

/** A port whose Faults are so. */
export function spoken<A extends readonly unknown[], R>(
  port: (...given: A) => Promise<R>,
  texts: FaultTexts,
): (...given: A) => Promise<R> {
  return async (...given) => {
    try {
      return await port(...given);
    } catch (error) {
      throw spokenError(error, texts);
    }
  };
}

/** The driver passes on what Faults say and knows no language. */
export function spokenPorts(ports: DriverPorts, texts: FaultTexts): DriverPorts {
  const { enter, foresee } = ports;
  return {
    ...ports,
    describeWorld: spoken(ports.describeWorld, texts),
    watchWorld: spoken(ports.watchWorld, texts),
    look: spoken(ports.look, texts),
    openLesson: spoken(ports.openLesson, texts),
    record(record) {
      try {
        ports.record(record);
      } catch (error) {
        throw spokenError(error, texts);
      }
    },
    ...(enter && { enter: spoken(enter, texts) }),
    ...(foresee && { foresee: spoken(foresee, texts) }),
  };
}
