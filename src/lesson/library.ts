import type { Term } from './glossary.ts';
import type { Lesson } from './lesson.ts';
import { type Passage, passagesOf, plainMarkdown } from './passages.ts';
import { type Found, search } from './search.ts';

/** All lessons to read and to search, beside the one that is walked. Knows nothing of progress but the hints opened. */
export class Library {
  readonly #lessons: readonly Lesson[];
  readonly #glossary: readonly Term[];
  readonly #shownHints: (lesson: string, task: string) => number;
  /** Passages by lesson, and for which hints they were made. */
  readonly #kept = new Map<string, { hints: string; passages: Passage[] }>();

  constructor(
    lessons: readonly Lesson[],
    glossary: readonly Term[],
    shownHints: (lesson: string, task: string) => number,
  ) {
    this.#lessons = lessons;
    this.#glossary = glossary.map(({ word, markdown }) => ({ word, markdown: plainMarkdown(markdown) }));
    this.#shownHints = shownHints;
  }

  lesson(id: string): Lesson | undefined {
    return this.#lessons.find((lesson) => lesson.id === id);
  }

  shownHints(lesson: string, task: string): number {
    return this.#shownHints(lesson, task);
  }

  search(words: string): Found[] {
    return search(
      words,
      this.#lessons.flatMap((lesson) => this.#passages(lesson)),
      this.#glossary,
    );
  }

  #passages(lesson: Lesson): Passage[] {
    const hints = lesson.tasks.map(({ id }) => this.#shownHints(lesson.id, id)).join();
    const kept = this.#kept.get(lesson.id);
    if (kept?.hints === hints) return kept.passages;
    const passages = passagesOf(lesson, (task) => this.#shownHints(lesson.id, task));
    this.#kept.set(lesson.id, { hints, passages });
    return passages;
  }
}
