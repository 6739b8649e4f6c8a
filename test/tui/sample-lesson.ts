// A lesson of two tasks for the tests of the screen, and the host that plays it with the real driver.
import type { CheckKind, CheckResult } from '../../src/check/check.ts';
import type { Lesson } from '../../src/lesson/lesson.ts';
import { parseLesson } from '../../src/lesson/parse.ts';

const source = `---
lesson: 1
id: split-traffic
step: 8
title: Split traffic between two versions
minutes: 12
needs: []
worlds: [sandbox]
---

# Split traffic between two versions

A new version of the shop is ready. Instead of replacing the old one, you run **both** and decide which share each gets.

## Send half of the requests to v2
<!-- task: split-half -->

A \`TrafficSplit\` names a root Service and the share of each backend:

\`\`\`yaml
spec:
  service: bookstore
  backends:
    - service: bookstore-v1
      weight: 50 # a whole number
\`\`\`

<details><summary>Predict: what will it say?</summary>

\`\`\`yaml {"predict":"weights"}
question: Some notes write weight 500m. What does the cluster say to that?
choices:
  - half: It accepts it, since 500m means one half.
  - refused: It refuses the object, because a weight has to be a number.
answer: refused
explain: The schema wants a number, and 500m is a string.
\`\`\`

</details>

\`\`\`bash {"name":"apply-split","effect":"changes"}
kubectl apply -f manifests/split/50-50.yaml
\`\`\`

> [!NOTE]
> The page at http://localhost:8081 shows both counters.

<details><summary>Check: half of the books come from v2</summary>

\`\`\`yaml {"check":"split-half"}
- id: weights
  scripted: The split lists both backends with weight 50
  why: The split does not list both backends.
- id: ratio
  needs: [weights]
  scripted: Half of the requests reach each version
  why: The weights are right, but the requests do not fall that way yet.
\`\`\`

</details>

<details><summary>Hint 1</summary>

Look at the weights: \`kubectl get trafficsplit\`.

</details>

<details><summary>Solution</summary>

\`\`\`bash
kubectl apply -f manifests/split/50-50.yaml
\`\`\`

</details>

## Delete the split
<!-- task: delete-split -->

Take it away again. First open a door:

\`\`\`bash {"name":"forward","effect":"reads","background":true,"optional":true}
kubectl port-forward deploy/bookbuyer 8081:14001
\`\`\`

\`\`\`bash {"name":"delete-split","effect":"deletes"}
kubectl delete trafficsplit bookstore-split -n bookstore
\`\`\`

<details><summary>Check: the split is gone</summary>

\`\`\`yaml {"check":"delete-split"}
- id: gone
  scripted: TrafficSplit bookstore-split is gone
  why: The split is still there.
\`\`\`

</details>

<details><summary>Hint 1</summary>

Deleting needs the name and the namespace.

</details>

<details><summary>Solution</summary>

\`\`\`bash
kubectl delete trafficsplit bookstore-split -n bookstore
\`\`\`

</details>
`;

const scripted: CheckKind = {
  kind: 'scripted',
  temper: 'level',
  summary: 'What a test says.',
  fields: {},
  parse: (raw) => raw,
  describe: (spec) => String(spec),
  subject: (spec) => String(spec),
  verify: async (): Promise<CheckResult> => ({ status: 'unknown', reason: 'scripted' }),
};

export function sampleLesson(): Lesson {
  const { lesson, problems } = parseLesson(source, '08-split-traffic.md', [scripted]);
  if (!lesson) throw new Error(problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return lesson;
}
