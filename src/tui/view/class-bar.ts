import type { Words } from '../../words/en.ts';
import type { ClassNow } from '../app-port.ts';

/** The class in the header, the most pressing first. Pure. */
export function classParts(now: ClassNow | undefined, at: number, { classroom }: Words): string[] {
  if (!now) return [];
  const { name, connection, unsent, hold, hand, until, label = '' } = now;
  const isCounting = until !== undefined && until > at;
  return [
    ...(isCounting ? [classroom.left(clockOf(until - at), label)] : []),
    ...(hold === undefined ? [] : [classroom.onHold]),
    ...(hand === undefined ? [] : [classroom.hand(hand)]),
    ...(connection === 'online' ? [] : [classroom.connection[connection]]),
    ...(connection === 'offline' && unsent > 0 ? [classroom.unsent(unsent)] : []),
    classroom.inClass(name),
  ];
}

/** `4:09`; with hours where there are any. */
export function clockOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
