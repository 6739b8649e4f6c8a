import { type CommandSpec, exactArgs } from '../cobra/command.ts';

/** `osm policy`: words and flags; what it does lies in policy/ and is loaded when it is asked for. */
const checkPods: CommandSpec = {
  use: 'check-pods SOURCE_POD DESTINATION_POD',
  short: 'check if two pods are authorized to communicate via a traffic policy',
  long: `Says whether a pod may send requests to another: because the mesh is permissive, or because
a TrafficTarget allows the service account of one to reach that of the other. Which routes and
ports it allows is not looked at.`,
  example: `  # May this pod of bookbuyer talk to that one of bookstore?
  osm policy check-pods bookbuyer/bookbuyer-client bookstore/bookstore-server

  # Pods of the namespace default need no namespace
  osm policy check-pods bookbuyer-client bookstore-server`,
  args: exactArgs(2),
  run: async (invocation) => (await import('./policy/check-pods.ts')).checkPods(invocation),
};

const checkConflicts: CommandSpec = {
  use: 'check-conflicts RESOURCE_KIND',
  short: 'check if an API resource conflicts with another resource of the same kind',
  long: 'Looks for objects of one kind that contradict each other. The kind it knows is IngressBackend.',
  example: '  osm policy check-conflicts IngressBackend -n bookstore',
  flags: [
    {
      name: 'namespaces',
      short: 'n',
      type: 'strings',
      usage: 'One or more namespaces to limit conflict checks to',
    },
  ],
  args: exactArgs(1),
  run: async (invocation) => (await import('./policy/check-conflicts.ts')).checkConflicts(invocation),
};

export const policyCommand: CommandSpec = {
  use: 'policy',
  short: 'manage and check traffic policies',
  long: 'Commands about traffic policies.',
  commands: [checkPods, checkConflicts],
};
