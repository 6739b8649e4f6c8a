import type { CheckKind } from '../check/check.ts';
import { type Fence, readAttributes, readCommand, shellLanguages } from './commands.ts';
import { type Note, readComment, readTaskId } from './comments.ts';
import { readConditions } from './conditions.ts';
import type { Block, Check, Command, Question, Task } from './lesson.ts';
import type { Piece } from './pieces.ts';
import { idForm, isId, type Problems } from './problems.ts';
import { readQuestion } from './questions.ts';
import { readTwin, type Twin, twinLanguage, withTwins } from './twins.ts';
import { isRecord } from './yaml-block.ts';

/** A folded block and what stands in it. */
interface Fold {
  kind: 'check' | 'hint' | 'solution' | 'quiz' | 'predict' | 'more';
  title: string;
  line: number;
  pieces: Exclude<Piece, { type: 'open' | 'close' }>[];
}

/** In the languages that lessons are written in: the word is text, for readers on the web as well. */
const foldForms: readonly { kind: Fold['kind']; pattern: RegExp }[] = [
  { kind: 'check', pattern: /^(?:Check|Prüfung): *(.+)$/ },
  { kind: 'hint', pattern: /^((?:Hint|Tipp)(?: \d+)?(?:: .+)?)$/ },
  { kind: 'solution', pattern: /^(Solution|Lösung)$/ },
  { kind: 'quiz', pattern: /^(?:Quiz|Frage)(?:: *(.+))?$/ },
  { kind: 'predict', pattern: /^(?:Predict|Vorhersage)(?:: *(.+))?$/ },
  { kind: 'more', pattern: /^(?:More|Mehr): *(.+)$/ },
];

/** Reads one task: the pieces from its heading of level 2 up to the next. */
export class TaskReader {
  readonly #kinds: readonly CheckKind[];
  readonly #problems: Problems;
  readonly #blocks: Block[] = [];
  readonly #commands: Command[] = [];
  readonly #twins: Twin[] = [];
  readonly #questions: Question[] = [];
  readonly #hints: { title: string; markdown: string }[] = [];
  readonly #presenter: string[] = [];
  #check: Check | undefined;
  #hasSolution = false;
  #solution: Command[] | undefined;
  #idNote: Note | undefined;

  constructor(kinds: readonly CheckKind[], problems: Problems) {
    this.#kinds = kinds;
    this.#problems = problems;
  }

  read(pieces: readonly Piece[]): Task | undefined {
    const [heading, ...rest] = pieces;
    if (heading?.type !== 'heading') return undefined;
    const { text: title, line } = heading;
    let fold: Fold | undefined;
    for (const piece of rest) {
      if (piece.type === 'open') {
        if (fold) this.#problems.add(fold.line, `The block "${fold.title}" is never closed; end it with </details>.`);
        fold = this.#openFold(piece);
      } else if (piece.type === 'close') {
        if (!fold)
          this.#problems.add(piece.line, 'This </details> closes nothing; delete it, or open a block above it.');
        else this.#readFold(fold);
        fold = undefined;
      } else if (fold) fold.pieces.push(piece);
      else this.#readPiece(piece);
    }
    if (fold) this.#problems.add(fold.line, `The block "${fold.title}" is never closed; end it with </details>.`);
    const id = readTaskId(title, line, this.#idNote, this.#problems);
    this.#reportMissing(title, line);
    this.#takeAnswers();
    this.#reportUnshown(line);
    const commands = withTwins(this.#commands, this.#twins, this.#problems);
    if (id === undefined) return undefined;
    return {
      id,
      title,
      blocks: this.#blocks,
      commands,
      questions: this.#questions,
      check: this.#check,
      hints: this.#hints,
      solution: this.#solution ?? commands.filter((command) => !command.optional),
      presenter: this.#presenter,
      line,
    };
  }

  #openFold(piece: Extract<Piece, { type: 'open' }>): Fold {
    for (const { kind, pattern } of foldForms) {
      const match = pattern.exec(piece.summary);
      if (match) return { kind, title: match[1] ?? piece.summary, line: piece.line, pieces: [] };
    }
    this.#problems.add(
      piece.line,
      `"${piece.summary}" is no folded block; its summary is "Check: …", "Hint 1", "Solution", "Quiz", "Predict" or "More: …".`,
    );
    return { kind: 'more', title: piece.summary, line: piece.line, pieces: [] };
  }

  #readPiece(piece: Fold['pieces'][number]): void {
    if (piece.type === 'comment') this.#readNote(piece);
    else if (piece.type === 'heading' && piece.depth === 1) {
      this.#problems.add(piece.line, 'A lesson has one title; use a heading of level 3 inside a task.');
    } else if (piece.type === 'fence' && piece.attributes !== '') this.#readFence(piece);
    else this.#prose(piece.raw);
  }

  #prose(markdown: string): void {
    const last = this.#blocks.at(-1);
    if (last?.type === 'prose') last.markdown += `\n\n${markdown.trim()}`;
    else this.#blocks.push({ type: 'prose', markdown: markdown.trim() });
  }

  #readNote(piece: { line: number; text: string }): void {
    const note = readComment(piece, this.#problems);
    if (note?.word === 'presenter') this.#presenter.push(note.text);
    if (note?.word !== 'task') return;
    if (this.#idNote)
      this.#problems.add(note.line, `This task is called "${this.#idNote.text}" already; one id is enough.`);
    this.#idNote ??= note;
  }

  #readFence(fence: Fence): void {
    if (fence.language === twinLanguage) {
      const attributes = readAttributes(fence, this.#problems);
      if (attributes) this.#twins.push(readTwin(fence, attributes, this.#problems));
      return;
    }
    if (!shellLanguages.includes(fence.language)) {
      const told = fence.language === 'yaml' ? 'A check or question belongs into <details>' : 'Only bash blocks run';
      this.#problems.add(fence.line, `${told}; a block without attributes is only shown.`);
      return;
    }
    const attributes = readAttributes(fence, this.#problems);
    const command = attributes && readCommand(fence, attributes, this.#problems);
    if (!command) return;
    this.#commands.push(command);
    this.#blocks.push({ type: 'command', command: command.name });
  }

  #readFold(fold: Fold): void {
    for (const piece of fold.pieces) {
      if (piece.type === 'comment') this.#readNote(piece);
      if (piece.type === 'fence' && piece.language === twinLanguage && piece.attributes !== '')
        this.#problems.add(piece.line, 'A twin stands below its command, and not in a folded block.');
    }
    switch (fold.kind) {
      case 'check':
        this.#readCheck(fold);
        break;
      case 'quiz':
      case 'predict':
        this.#readQuestion(fold, fold.kind);
        break;
      case 'hint':
        if (this.#hasSolution) this.#problems.add(fold.line, 'The solution is the last hint; put this hint above it.');
        this.#addHint(fold);
        break;
      case 'solution':
        this.#readSolution(fold);
        break;
      case 'more':
        this.#prose(`**${fold.title}**\n\n${proseOf(fold)}`);
        break;
    }
  }

  #addHint(fold: Fold): void {
    const markdown = proseOf(fold);
    if (markdown === '') this.#problems.add(fold.line, `"${fold.title}" is empty; say something that helps.`);
    this.#hints.push({ title: fold.title, markdown });
  }

  /** Its commands reach the end of the task; without any, the task's own commands do. */
  #readSolution(fold: Fold): void {
    if (this.#hasSolution) this.#problems.add(fold.line, 'This task has a solution already; one is enough.');
    this.#hasSolution = true;
    const commands = fold.pieces.flatMap((piece) => {
      if (piece.type !== 'fence' || piece.attributes === '') return [];
      const attributes = readAttributes(piece, this.#problems);
      const command = attributes && readCommand(piece, attributes, this.#problems);
      return command ? [command] : [];
    });
    if (commands.length > 0) this.#solution = commands;
    this.#addHint(fold);
  }

  #readCheck(fold: Fold): void {
    const found = this.#yamlOf(fold, 'check', '"check":"split-half"');
    if (!found) return;
    if (this.#check) this.#problems.add(fold.line, 'This task has a check already; put all conditions into one.');
    if (!isId(found.id)) this.#problems.add(found.fence.line, `The id of a check must be ${idForm}.`);
    const conditions = readConditions(found.fence.text, found.fence.textLine, this.#kinds, this.#problems);
    if (!isId(found.id) || this.#check) return;
    this.#check = { id: found.id, title: fold.title, conditions };
    this.#blocks.push({ type: 'check' });
  }

  #readQuestion(fold: Fold, mode: Question['mode']): void {
    const found = this.#yamlOf(fold, mode, `"${mode}":"what-happens"`);
    if (!found) return;
    const question = readQuestion(found.id, mode, found.fence.text, found.fence.line, this.#problems);
    if (!question) return;
    this.#questions.push(question);
    this.#blocks.push({ type: 'question', question: question.id });
  }

  /** The one block of a check or question, `yaml {"<word>":"<id>"}`. */
  #yamlOf(fold: Fold, word: string, example: string): { fence: Fence; id: unknown } | undefined {
    const valid = `a block of yaml {${example}}`;
    const fences = fold.pieces.filter((piece) => piece.type === 'fence');
    const stray = fold.pieces.find((piece) => piece.type !== 'fence' && piece.type !== 'comment');
    if (stray) this.#problems.add(stray.line, `"${fold.title}" holds ${valid} and nothing else.`);
    const [fence] = fences;
    if (!fence || fences.length !== 1 || fence.language !== 'yaml' || fence.attributes === '') {
      return this.#problems.add(fence?.line ?? fold.line, `"${fold.title}" must hold ${valid}.`);
    }
    const attributes = readAttributes(fence, this.#problems);
    if (!attributes) return undefined;
    const [key, ...more] = Object.keys(attributes);
    if (key !== word || more.length > 0) return this.#problems.add(fence.line, `Here the attributes are {${example}}.`);
    return { fence, id: attributes[word] };
  }

  /** An `answer` condition names its question; the right choice stands there, once. */
  #takeAnswers(): void {
    const conditions = this.#check?.conditions.map((condition) => {
      if (condition.kind !== 'answer' || !isRecord(condition.spec)) return condition;
      const question = this.#questions.find((one) => isRecord(condition.spec) && one.id === condition.spec['question']);
      if (question?.mode === 'quiz') return { ...condition, spec: { ...condition.spec, is: question.answer } };
      const name = String(condition.spec['question']);
      const found = question
        ? `"${name}" is a prediction, which is never wrong`
        : `This task has no question "${name}"`;
      this.#problems.add(condition.line, `${found}; add a block of yaml {"quiz":"${name}"}.`);
      return condition;
    });
    if (this.#check && conditions) this.#check = { ...this.#check, conditions };
  }

  #reportUnshown(line: number): void {
    const ids = (this.#check?.conditions ?? []).map(({ id }) => id);
    for (const { id, shownBy } of this.#questions) {
      if (shownBy === undefined || ids.includes(shownBy)) continue;
      const known = ids.length > 0 ? `it has ${ids.join(', ')}` : 'it has no check';
      this.#problems.add(
        line,
        `The question "${id}" is shown by "${shownBy}", which this task does not check; ${known}.`,
      );
    }
  }

  #reportMissing(title: string, line: number): void {
    if (!this.#check) return;
    const hints = this.#hints.length - (this.#hasSolution ? 1 : 0);
    if (hints < 1) this.#problems.add(line, `The task "${title}" has no hint; add <details><summary>Hint 1</summary>.`);
    if (!this.#hasSolution) {
      const form = '<details><summary>Solution</summary>';
      this.#problems.add(line, `The task "${title}" has no solution; add ${form} below its hints.`);
    }
  }
}

/** A hint's text; the attributes of its commands are for us, not for the reader. */
function proseOf(fold: Fold): string {
  return fold.pieces
    .flatMap((piece) => {
      if (piece.type === 'comment') return [];
      if (piece.type === 'fence') return [`\`\`\`${piece.language}\n${piece.text}\n\`\`\``];
      return [piece.raw.trim()];
    })
    .join('\n\n');
}
