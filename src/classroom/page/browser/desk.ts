import type { Control } from '../../protocol.ts';
import type { GridChoice } from '../view/grid.ts';
import type { PageWords } from '../view/page-words.ts';

/** What parts of the page can ask for. */
export interface Desk {
  words: PageWords;
  send(control: Control): void;
  choose(choice: Partial<GridChoice>): void;
  /** Which lesson the map is of; undefined: where the class is. */
  chooseHeat(lesson: string | undefined): void;
  open(learner: string): void;
  showEvidence(learner: string): void;
  /** Asks for the state of their sandbox, to be saved as a file. */
  takeState(learner: string): void;
  export(format: 'csv' | 'json'): void;
}
