import type { TrafficHistory } from '../check/traffic/history.ts';
import type { KeyAction } from './keymap.ts';
import { chosenGraph, followingEdge, type TrafficView } from './view/traffic/traffic-screen.ts';

/** What keys do to the traffic map: step through the looks, freeze, scroll. Pure. */

export const openingView: TrafficView = { at: undefined, withIdentity: false, marked: undefined, top: 0 };

/** The view after the key; undefined when the key means nothing here. `limit` is the furthest top. */
export function trafficView(
  view: TrafficView,
  action: KeyAction,
  history: TrafficHistory,
  limit: number,
): TrafficView | undefined {
  switch (action) {
    case 'earlier':
      return { ...view, at: stepped(history, view.at, -1) };
    case 'later':
      return { ...view, at: stepped(history, view.at, 1) };
    case 'freeze':
      return { ...view, at: view.at === undefined ? history.graphs.at(-1)?.atMs : undefined };
    case 'identities':
      return { ...view, withIdentity: !view.withIdentity };
    case 'next-call':
      return { ...view, marked: followingEdge(history, view) };
    case 'up':
      return { ...view, top: Math.max(0, Math.min(view.top, limit) - 1) };
    case 'down':
      return { ...view, top: Math.min(limit, view.top + 1) };
    default:
      return undefined;
  }
}

/** Another look stands still then; behind the newest one the picture moves again. */
function stepped(history: TrafficHistory, at: number | undefined, by: -1 | 1): number | undefined {
  const { graphs } = history;
  const chosen = chosenGraph(history, at);
  const index = chosen ? graphs.indexOf(chosen) + by : -1;
  if (index >= graphs.length) return undefined;
  return graphs[Math.max(0, index)]?.atMs;
}
