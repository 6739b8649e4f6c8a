import type { SessionState } from '../session/state.ts';
import type { ScreenContent } from './app-port.ts';
import type { Input, ScreenAct } from './screen-update.ts';

/**
 * Keys while the terminal is too small to show what they would do. Nothing is begun that nobody can see; what runs can
 * still be stopped, and the program left. Pure.
 */

export function isBusy(session: SessionState): boolean {
  return session.status === 'running' || session.background.some((command) => command.status !== 'ended');
}

/** Who quits now should hear something first: what stops with the program, or what goes on costing money without it. */
export const leavesSomething = (session: SessionState): boolean => isBusy(session) || session.world.cost !== undefined;

export function actsUnseen(content: ScreenContent, input: Input): ScreenAct[] {
  if (input.type !== 'key') return [];
  const session = content.phase === 'lesson' ? content.session : undefined;
  switch (input.name) {
    case 'ctrl-c':
      if (session?.status === 'running' || session?.status === 'verifying')
        return [{ type: 'send', intent: { type: 'interrupt' } }];
      return session && isBusy(session) ? [] : [{ type: 'quit' }];
    case 'q':
      return session && isBusy(session) ? [] : [{ type: 'quit' }];
    case 'ctrl-l':
      return [{ type: 'redraw' }];
    case 'ctrl-z':
      return [{ type: 'suspend' }];
    default:
      return [];
  }
}
