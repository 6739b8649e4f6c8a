import { isInRange } from '../network/addresses.ts';
import type { Address, FilterChain, FilterChainMatch } from './proxy-config.ts';

/** What is known of a connection when its filter chain is chosen. */
export interface ConnectionFacts {
  originalDestination: Address;
  source: Address;
  transportProtocol: 'tls' | 'raw_buffer';
  serverName?: string;
  applicationProtocols: readonly string[];
}

type Step = (match: FilterChainMatch, facts: ConnectionFacts) => 'specific' | 'general' | 'no';

const among = <T>(wanted: readonly T[] | undefined, accepted: (value: T) => boolean): ReturnType<Step> => {
  if (wanted === undefined || wanted.length === 0) return 'general';
  return wanted.some(accepted) ? 'specific' : 'no';
};

/** Envoy: FilterChainMatch. The criteria are tried in this order. */
const steps: readonly Step[] = [
  ({ destinationPort }, { originalDestination }) =>
    among(destinationPort === undefined ? undefined : [destinationPort], (port) => port === originalDestination.port),
  ({ destinationRanges }, { originalDestination }) =>
    among(destinationRanges, (cidr) => isInRange(originalDestination.ip, cidr)),
  ({ serverNames }, { serverName }) => among(serverNames, (name) => name === serverName),
  ({ transportProtocol }, facts) =>
    among(
      transportProtocol === undefined ? undefined : [transportProtocol],
      (type) => type === facts.transportProtocol,
    ),
  (match, facts) => among(match.applicationProtocols, (name) => facts.applicationProtocols.includes(name)),
  ({ sourceRanges }, { source }) => among(sourceRanges, (cidr) => isInRange(source.ip, cidr)),
];

/**
 * The chain for a connection: at each step the chains that ask for this very value win over those that do not care, and
 * there is no way back to the losers (Envoy: "without backtracking").
 */
export function chooseFilterChain(
  chains: readonly FilterChain[],
  defaultChain: FilterChain | undefined,
  facts: ConnectionFacts,
): FilterChain | undefined {
  let remaining = chains;
  for (const step of steps) {
    const specific = remaining.filter(({ match }) => step(match, facts) === 'specific');
    remaining = specific.length > 0 ? specific : remaining.filter(({ match }) => step(match, facts) === 'general');
  }
  return remaining[0] ?? defaultChain;
}
