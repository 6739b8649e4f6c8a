/** A lesson without mistakes, on which tests change one thing. */
export const goodLesson = `---
lesson: 1
id: split-traffic
formerly: [shift-traffic]
step: 8
title: Split traffic
minutes: 8
needs: [allow-traffic]
worlds: [sandbox, aks]
---

# Split traffic

Two versions share the requests.

<!-- presenter: ask who did this before -->

## Send half to v2
<!-- task: split-half -->

Apply the split:

\`\`\`bash {"name":"apply-split","effect":"changes","timeout":"60s"}
kubectl apply -f manifests/split/50-50.yaml
\`\`\`

This is only shown:

\`\`\`yaml
weight: 50
\`\`\`

<details><summary>Predict: which counter moves?</summary>

\`\`\`yaml {"predict":"which-counter"}
question: Which counter moves?
choices:
  - both: Both of them.
  - none: None of them.
answer: both
explain: Half of the requests go to each.
\`\`\`

</details>

<details><summary>Check: half of the books come from v2</summary>

\`\`\`yaml {"check":"split-half"}
- id: weights
  resource: { kind: TrafficSplit, namespace: bookstore, name: bookstore-split, path: spec.backends, exists: true }
  why: There is no split.
- id: ratio
  needs: [weights]
  traffic-split: { from: bookbuyer/bookbuyer, backends: { bookstore/bookstore-v1: 50, bookstore/bookstore-v2: 50 }, error: 1e-6 }
  why: The requests do not follow the weights.
\`\`\`

</details>

<details><summary>Hint 1</summary>
Look at the weights.
</details>

<details><summary>Hint 2: the file</summary>

It is in \`manifests/split\`.

</details>

<details><summary>Solution</summary>

\`\`\`bash
kubectl apply -f manifests/split/50-50.yaml
\`\`\`

</details>

<!-- presenter: 2 min -->
`;

/** The line (from 1) on which this text stands in a lesson. */
export function lineOf(text: string, wanted: string): number {
  const index = text.split('\n').findIndex((line) => line.includes(wanted));
  if (index < 0) throw new Error(`no line with ${wanted}`);
  return index + 1;
}
