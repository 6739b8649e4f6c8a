/**
 * A learner's own names in the text of a lesson, put in before it is parsed. Lessons are written once, with the names
 * below; lint sees them so, and a learner who takes them all gets the text byte for byte. Knows no world; pure.
 */
export interface CourseNames {
  resourceGroup: string;
  /** Of the cluster in Azure, which is the name of its context too; elsewhere only the context's. */
  cluster: string;
  region: string;
  nodeCount: number;
  /** Asked for by `az aks create` only when somebody chose one. */
  nodeSize?: string;
  /** Said in every command of az only when somebody chose one. */
  subscription?: string;
  /** Where the control plane of the mesh lives. */
  meshNamespace: string;
}

/** The names that lessons are written with. */
export const namesInLessons: CourseNames = {
  resourceGroup: 'meshwalk-rg',
  cluster: 'meshwalk-aks',
  region: 'southeastasia',
  nodeCount: 3,
  meshNamespace: 'kube-system',
};

/** Replaces in place: no line is added or taken away, so that every line keeps its number. */
export function fitToWorld(source: string, names: CourseNames): string {
  const everywhere = replacerOf([
    [namesInLessons.resourceGroup, names.resourceGroup],
    [namesInLessons.cluster, names.cluster],
    [namesInLessons.region, names.region],
  ]);
  const mesh = replacerOf([[namesInLessons.meshNamespace, names.meshNamespace]]);
  const command = (text: string) => withOptions(mesh(text), names);
  let fence: { marks: string; isQuestion: boolean } | undefined;
  return source
    .split('\n')
    .map((line) => {
      const text = everywhere(line);
      const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence) {
        if (marks?.startsWith(fence.marks) && line.trim() === marks) fence = undefined;
        // A question may be about where others keep their mesh.
        return fence === undefined || fence.isQuestion ? text : command(text);
      }
      if (marks) {
        fence = { marks, isQuestion: /"(?:quiz|predict)"/.test(line) };
        return text;
      }
      return text.replaceAll(/`[^`\n]+`/g, (code) => (isCommand(code) ? command(code) : code));
    })
    .join('\n');
}

/** Inline code of more than one word that begins with a program of the course. */
const isCommand = (code: string): boolean => /^`(?:az|kubectl|osm)\s/.test(code);

function withOptions(text: string, { nodeCount, nodeSize, subscription }: CourseNames): string {
  const size = nodeSize === undefined ? '' : ` --node-vm-size ${nodeSize}`;
  const counted =
    nodeCount === namesInLessons.nodeCount && size === ''
      ? text
      : text.replaceAll(/--node-count 3(?!\d)/g, () => `--node-count ${nodeCount}${size}`);
  if (subscription === undefined) return counted;
  return counted.replaceAll(
    /(?<![\w-])az (?:group|aks) [a-z][\w-]*/g,
    (command) => `${command} --subscription ${subscription}`,
  );
}

/** Whole words only: `meshwalk-rg-2` is another name, `MC_meshwalk-rg_…` contains this one. All at once, so that no new name is replaced again. */
function replacerOf(pairs: readonly (readonly [from: string, to: string])[]): (text: string) => string {
  const changed = new Map(pairs.filter(([from, to]) => from !== to));
  if (changed.size === 0) return (text) => text;
  const words = new RegExp(`(?<![A-Za-z0-9-])(?:${[...changed.keys()].join('|')})(?![A-Za-z0-9-])`, 'g');
  return (text) => text.replaceAll(words, (word) => changed.get(word) ?? word);
}
