import type { ForesightAnswer, Next } from './events.ts';
import type { Proposal, SessionState } from './state.ts';

/** When it is asked what the card's command would change, and when an answer is none any more. Knows no cluster. */

/** The card that Enter is about, in the moments when it would be run. */
function cardOf(state: SessionState): Proposal | undefined {
  switch (state.status) {
    case 'confirming':
      return state.proposal;
    case 'reading':
    case 'failed':
      return state.next.type === 'run' ? state.next.proposal : undefined;
    default:
      return undefined;
  }
}

/** An author says what only reads, and Azure cannot be asked; of what learners type nobody knows. */
function isForeseeable({ command, edited }: Proposal): boolean {
  if (!command || edited) return true;
  return (command.effect === 'changes' || command.effect === 'deletes') && !command.background && !command.interactive;
}

/** Asked anew for another card, and for the same one after something ran. */
export function withForesight({ state, effects }: Next): Next {
  const proposal = cardOf(state);
  if (!proposal || !isForeseeable(proposal))
    return { state: state.foresight ? { ...state, foresight: undefined } : state, effects };
  const card = [state.runId, state.world.context ?? '', proposal.script].join('\n');
  if (state.foresight?.card === card) return { state, effects };
  const foresightId = state.foresightId + 1;
  return {
    state: { ...state, foresightId, foresight: { foresightId, card, status: 'waiting' } },
    effects: [...effects, { type: 'foresee', foresightId, script: proposal.script }],
  };
}

export function foreseen(state: SessionState, answer: ForesightAnswer): SessionState {
  const { foresight } = state;
  return foresight
    ? { ...state, foresight: { foresightId: foresight.foresightId, card: foresight.card, ...answer } }
    : state;
}
