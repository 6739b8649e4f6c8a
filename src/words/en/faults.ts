/** What is told where the interface cannot start, or not go on. */
export const faults = {
  needsTerminal: 'The lessons need a terminal to draw on.',
  inputIsPipe: 'The input is a pipe or a file.',
  outputIsPipe: 'The output is a pipe or a file.',
  cannotMove: 'This terminal cannot move its cursor.',
  termIsDumb: 'TERM is dumb.',
  playWithout: 'Play the lessons without a screen: meshwalk run',
  howFar: 'See how far you are: meshwalk status',
  notReady: 'The screen is not ready.',
};
