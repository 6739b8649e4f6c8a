import { isObject, readJson } from '../parse.ts';
import { plainLine } from '../plain-text.ts';
import { type ClassForLearner, limits, type Refusal, type ServerMessage } from '../protocol.ts';

/** Reads what a server says to a learner: a host is trusted no further than anybody else on the network. Pure. */
const refusals: readonly Refusal[] = ['code', 'token', 'slow-down', 'version', 'full', 'malformed', 'journal'];
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const line = (value: unknown, length: number): string | undefined =>
  typeof value === 'string' ? plainLine(value, length) : undefined;

export function readServerMessage(text: string): ServerMessage | undefined {
  const said = readJson(text);
  switch (said?.['type']) {
    case 'welcome': {
      const { version, class: id, learner, name, acknowledged } = said;
      if (!isNumber(version) || !isNumber(acknowledged)) return undefined;
      const [theClass, who, own] = [id, learner, name].map((value) => line(value, limits.idLength));
      if (theClass === undefined || who === undefined || own === undefined) return undefined;
      return { type: 'welcome', version, class: theClass, learner: who, name: own, acknowledged };
    }
    case 'refused': {
      const reason = refusals.find((known) => known === said['reason']);
      const { retryMs } = said;
      return reason && { type: 'refused', reason, ...(isNumber(retryMs) && { retryMs }) };
    }
    case 'ping':
      return isNumber(said['id']) ? { type: 'ping', id: said['id'] } : undefined;
    case 'acknowledged':
      return isNumber(said['number']) ? { type: 'acknowledged', number: said['number'] } : undefined;
    case 'class': {
      const told = readClass(said['class']);
      return told && { type: 'class', class: told };
    }
    case 'shared':
      return { type: 'shared' };
    default:
      return undefined;
  }
}

function readClass(value: unknown): ClassForLearner | undefined {
  if (!isObject(value)) return undefined;
  const { name, lessons, hold, lead, countdown, hand, message } = value;
  if (!Array.isArray(lessons)) return undefined;
  const [holdAt, leadTo] = [line(hold, limits.idLength), line(lead, limits.idLength)];
  const time = readCountdown(countdown);
  const news = readMessage(message);
  return {
    name: line(name, limits.nameLength) ?? '',
    lessons: lessons.filter((lesson) => typeof lesson === 'string'),
    ...(holdAt !== undefined && { hold: holdAt }),
    ...(leadTo !== undefined && { lead: leadTo }),
    ...(time && { countdown: time }),
    ...(isNumber(hand) && { hand }),
    ...(news && { message: news }),
  };
}

function readCountdown(value: unknown): ClassForLearner['countdown'] {
  if (!isObject(value)) return undefined;
  const { leftMs, label } = value;
  return isNumber(leftMs) ? { leftMs, label: line(label, limits.labelLength) ?? '' } : undefined;
}

function readMessage(value: unknown): ClassForLearner['message'] {
  if (!isObject(value)) return undefined;
  const { id, text } = value;
  const plain = line(text, limits.messageLength);
  return isNumber(id) && plain !== undefined ? { id, text: plain } : undefined;
}
