import type { Findings } from '../../words/en/findings.ts';
import {
  callerLink,
  clientRouteLink,
  endpointsLink,
  meshOfServiceLink,
  modeLink,
  nameLink,
  splitLink,
} from './caller-links.ts';
import { type Case, caseOf, type Explanation, type Link, type Question, type Step } from './chain.ts';
import type { Evidence } from './evidence.ts';
import { connectionLink, identityLink, serverRouteLink, serverSidecarLink } from './server-links.ts';

/**
 * Why a request ends as it ends: link by link from the caller's pod to the server's application, each from what the
 * sidecars were told and from the objects behind it. Pure. Where the evidence ends it says so and guesses nothing.
 */
export function explain(question: Question, evidence: Evidence, words: Findings): Explanation {
  const one = caseOf(question, evidence, words);
  const links: Link[] = [];
  for (const look of steps) {
    const step = look(one);
    if (!step) continue;
    links.push({ ...step.link, title: one.words.titles[step.link.id] });
    if (step.outcome) return { links, outcome: step.outcome };
  }
  return { links, outcome: { type: 'reaches-application' } };
}

const steps: readonly ((one: Case) => Step | undefined)[] = [
  callerLink,
  nameLink,
  meshOfServiceLink,
  modeLink,
  clientRouteLink,
  splitLink,
  endpointsLink,
  serverSidecarLink,
  connectionLink,
  serverRouteLink,
  identityLink,
];
