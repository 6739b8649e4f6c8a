import { type CommandSpec, noArgs } from '../cobra/command.ts';

/** `osm verify`: words and flags; what it does lies in verify/ and is loaded when it is asked for. */
const meshNameFlag = { name: 'mesh-name', type: 'string', default: 'osm', usage: 'Mesh name' } as const;
const protocolFlag = {
  name: 'app-protocol',
  type: 'string',
  default: 'http',
  usage: 'Application protocol',
} as const;

const connectivity: CommandSpec = {
  use: 'connectivity',
  short: 'verify connectivity between a pod and a destination',
  long: `Looks whether namespaces, sidecars and their configuration are such that one pod can reach
another, or a port outside the mesh. It sends no traffic, and reads no routes and no permissions.`,
  example: `  # From a pod of bookbuyer to one behind the service bookstore
  osm verify connectivity --from-pod bookbuyer/bookbuyer-b5dc74757-wqwcp --to-pod bookstore/bookstore-6d5c8b5f8c-qx2vj --to-service bookstore

  # From a pod to port 443 of a host outside the mesh
  osm verify connectivity --from-pod curl/curl-7bb5845476-zwxbt --to-ext-port 443 --to-ext-host example.com --app-protocol https`,
  args: noArgs,
  flags: [
    {
      name: 'from-pod',
      type: 'string',
      usage: 'Namespaced name of client pod: <namespace>/<name>',
      required: true,
    },
    { name: 'to-pod', type: 'string', usage: 'Namespaced name of destination pod: <namespace>/<name>' },
    { name: 'to-service', type: 'string', usage: 'Name of the destination service' },
    protocolFlag,
    { name: 'to-ext-port', type: 'uint16', default: '0', usage: 'External port' },
    { name: 'to-ext-host', type: 'string', usage: 'External hostname' },
    meshNameFlag,
  ],
  run: async (invocation) => (await import('./verify/run.ts')).verifyConnectivity(invocation),
};

const controlPlane: CommandSpec = {
  use: 'control-plane-health',
  short: 'verify the health of the OSM control plane',
  long: 'Looks whether the pods of the control plane in --osm-namespace are ready and answer their probes.',
  example: '  osm verify control-plane-health',
  args: noArgs,
  run: async (invocation) => (await import('./verify/run.ts')).verifyControlPlane(invocation),
};

const ingress: CommandSpec = {
  use: 'ingress',
  short: 'verify ingress connectivity between an ingress service and a destination',
  long: `Looks whether an IngressBackend lets the pods of an ingress service into a pod of the mesh, and
whether that pod's sidecar knows it.`,
  example: `  # From an ingress controller to port 14001 of a pod behind the service bookstore
  osm verify ingress --from-service ingress-nginx/ingress-nginx-controller --to-pod bookstore/bookstore-6d5c8b5f8c-qx2vj --to-service bookstore --ingress-backend bookstore --to-port 14001`,
  args: noArgs,
  flags: [
    {
      name: 'from-service',
      type: 'string',
      usage: 'Namespaced name of ingress service: <namespace>/<name>',
      required: true,
    },
    {
      name: 'to-pod',
      type: 'string',
      usage: 'Namespaced name of destination pod: <namespace>/<name>',
      required: true,
    },
    { name: 'to-service', type: 'string', usage: 'Name of the destination service', required: true },
    { name: 'ingress-backend', type: 'string', usage: 'Name of ingress backend', required: true },
    {
      name: 'to-port',
      type: 'uint16',
      default: '0',
      usage: 'Target port the backend pod is listening on',
      required: true,
    },
    protocolFlag,
    meshNameFlag,
  ],
  run: async (invocation) => (await import('./verify/run.ts')).verifyIngress(invocation),
};

export const verifyCommand: CommandSpec = {
  use: 'verify',
  short: 'verify mesh configurations',
  long: 'Commands that look whether the mesh is configured as it must be for some traffic.',
  commands: [connectivity, controlPlane, ingress],
};
