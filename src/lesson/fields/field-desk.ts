import { blocksOf, type FieldRef, filesOf, type Manifest, readManifest } from './manifest.ts';
import { answerFor, documentPath, type FieldAnswer } from './schema.ts';

/**
 * The manifests of one text, and what the cluster's schemas say of their fields. Each schema is asked for once, when the
 * manifests are there; until it came the answer is undefined, and `onChange` tells of it. Knows neither files nor clusters: both are ports.
 */
export interface FieldPorts {
  /** A file of the course; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** Names of the files in a folder of the course. */
  list(folder: string): Promise<string[]>;
  /** The OpenAPI v3 document at a path such as `apis/apps/v1`. */
  openApi(path: string): Promise<{ type: 'document'; document: unknown } | Exclude<FieldAnswer, { type: 'facts' }>>;
}

export interface FieldText {
  /** Markdown that may show YAML. */
  prose: readonly string[];
  /** Shell that may apply files. */
  scripts: readonly string[];
}

type Document = Awaited<ReturnType<FieldPorts['openApi']>>;

export class FieldDesk {
  readonly #ports: FieldPorts;
  readonly #onChange: () => void;
  readonly #documents = new Map<string, { asked: Promise<Document>; answer: Document | undefined }>();
  readonly #loading: Promise<readonly Manifest[]>;
  #manifests: readonly Manifest[] | undefined;

  constructor(text: FieldText, ports: FieldPorts, onChange: () => void) {
    this.#ports = ports;
    this.#onChange = onChange;
    this.#loading = this.#read(text).then((manifests) => {
      this.#manifests = manifests;
      for (const { field } of manifests.flatMap(({ lines }) => lines)) if (field) this.#document(field);
      onChange();
      return manifests;
    });
  }

  /** Undefined while they are read. */
  get manifests(): readonly Manifest[] | undefined {
    return this.#manifests;
  }

  load(): Promise<readonly Manifest[]> {
    return this.#loading;
  }

  /** Undefined while the cluster is asked. */
  about(field: FieldRef): FieldAnswer | undefined {
    const answer = this.#documents.get(documentPath(field.apiVersion))?.answer;
    if (answer === undefined || answer.type !== 'document') return answer;
    return answerFor(answer.document, field);
  }

  async ask(field: FieldRef): Promise<FieldAnswer> {
    const answer = await this.#document(field).asked;
    return answer.type === 'document' ? answerFor(answer.document, field) : answer;
  }

  #document({ apiVersion }: FieldRef) {
    const path = documentPath(apiVersion);
    const known = this.#documents.get(path);
    if (known) return known;
    const asked = this.#ports.openApi(path);
    const made: { asked: Promise<Document>; answer: Document | undefined } = { asked, answer: undefined };
    this.#documents.set(path, made);
    void asked.then((answer) => {
      made.answer = answer;
      this.#onChange();
    });
    return made;
  }

  async #read({ prose, scripts }: FieldText): Promise<readonly Manifest[]> {
    const shown = prose.flatMap(blocksOf).map((text) => readManifest(text.split('\n')[0] ?? '', text));
    const names = [...new Set(scripts.flatMap(filesOf))];
    const files = (await Promise.all(names.map((name) => this.#filesAt(name)))).flat();
    // A block that says of no object what it is cannot be explained, unless nothing else is there.
    const manifests = [...shown, ...files];
    const explained = manifests.filter(({ lines }) => lines.some(({ field }) => field !== undefined));
    return explained.length > 0 ? explained : manifests;
  }

  async #filesAt(name: string): Promise<Manifest[]> {
    const clean = name.replace(/^\.\//, '');
    // Only files of the course are read here, whatever a command names.
    if (clean.startsWith('/') || clean.split('/').includes('..')) return [];
    const isFile = /\.(?:ya?ml|json)$/.test(clean);
    const paths = isFile
      ? [clean]
      : (await this.#ports.list(clean.replace(/\/$/, '')))
          .filter((file) => /\.(?:ya?ml|json)$/.test(file))
          .sort()
          .map((file) => `${clean.replace(/\/$/, '')}/${file}`);
    const texts = await Promise.all(paths.map(async (path) => ({ path, text: await this.#ports.read(path) })));
    return texts.flatMap(({ path, text }) => (text === undefined ? [] : [readManifest(path, text)]));
  }
}
