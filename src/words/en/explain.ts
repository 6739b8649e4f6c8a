/** Why something is as it is: conditions, requests link by link, commands that show it. */
export const explain = {
  title: 'Why it is so',
  cardTitle: 'What the command would change',
  wanted: 'wanted',
  seen: 'seen',
  where: 'where',
  shownBy: 'shown by',
  toMend: 'to mend',
  request: (from: string, to: string) => `A request of ${from} to ${to}`,
  seenLast: (request: string) => `${request}, as the sidecar of the caller logged it last`,
  notSeen: (request: string) => `${request}, as no request stands in the log of the caller's sidecar`,
  looking: 'looking at the objects and at what the sidecars were told',
  couldNotLook: (why: string) => `Could not look: ${why}`,
  reaches: 'The mesh lets it through. What the application answers is its own matter.',
  sees: (what: string) => `So the caller sees: ${what}.`,
  notKnown: 'Here the evidence ends; what the caller sees is not foretold.',
  nothing: 'There is nothing to explain: no condition has failed, and no command says what it would change.',
  noEdge: 'There is no call to explain yet.',
  chosen: (from: string, to: string) => `${from} to ${to}`,
  /** How a link of the chain stands. */
  links: { holds: 'holds', breaks: 'breaks', 'not-known': 'not known' },
  label: { check: 'why', card: 'what changes' },
};
