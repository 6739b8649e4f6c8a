import { grammarOf } from '../grammar.ts';

const { counted, listed } = grammarOf('en');

/** What is found before a lesson begins, by `meshwalk doctor` and by the program itself. */
export const preflight = {
  groups: {
    machine: 'This machine',
    tools: 'Tools',
    network: 'Network',
    azure: 'Azure',
    cluster: 'Cluster',
    sandbox: 'Sandbox',
  },
  looking: 'Looking at what this world needs…',
  verdict: {
    ready: 'Nothing stands in the way.',
    notes: (count: number) =>
      `Nothing stands in the way; ${counted(count, { one: 'thing is', other: 'things are' })} worth a look (·, ?).`,
    blocked: (count: number) => `${counted(count, { one: 'thing stands', other: 'things stand' })} in the way (✗).`,
  },
  terminal: {
    what: 'Terminal',
    none: 'none here',
    withoutOne: 'The screen needs one. Without a terminal the lessons are played:',
    unknownKind: 'of an unknown kind',
    size: (kind: string, columns: number, rows: number) => `${kind}, ${columns} columns and ${rows} rows`,
    tooSmall: (columns: number, rows: number) =>
      `A lesson cannot be read here. Make the window at least ${columns} by ${rows}.`,
    narrow: (columns: number, rows: number) =>
      `${columns} by ${rows} shows lesson, output and check at once; here Tab opens one of them.`,
  },
  shell: {
    none: 'neither bash nor sh',
    needed: 'Commands of the lessons are lines for bash.',
    noFunctions: 'Without bash, functions are not kept between commands.',
    wsl: 'This bash opens WSL, which has other files and tools than Windows. Start meshwalk inside WSL, or install Git Bash.',
    install: {
      linux: 'sudo apt-get install bash',
      macos: 'brew install bash',
      windows: 'winget install --exact --id Git.Git',
    },
  },
  storage: {
    state: 'State',
    disk: 'Disk',
    notWritable: (folder: string) => `${folder} cannot be written`,
    needed: 'Progress and clusters are kept there.',
    elsewhere: 'MESHWALK_HOME=/another/folder meshwalk',
    free: (megabytes: number) => `${megabytes} MB free`,
    full: (megabytes: number) => `Less than ${megabytes} MB: progress may not be saved. Keep the state elsewhere:`,
    tight: 'It may get tight while lessons are built ahead. The state can be kept elsewhere:',
  },
  port: {
    what: (port: number) => `Port ${port}`,
    free: 'free',
    taken: 'taken',
    forwarded: 'Lesson 5 forwards it. End who has it, or edit that command (e) and take another port.',
  },
  tools: {
    missing: 'not installed',
    mute: (file: string) => `${file} does not tell its version`,
    version: (version: string, file: string) => `${version} at ${file}`,
    neededFor: {
      az: 'Lesson 1 creates the cluster with it, and your sign-in to Azure is kept by it.',
      kubectl: 'Every lesson looks at the cluster with it.',
      osm: 'Lesson 3 brings namespaces into the mesh with it.',
    },
    tooOld: (tool: string, oldest: string) => `The lessons need ${tool} ${oldest} or later.`,
    newerThanTested: (minor: number) => `Newer than any that the lessons were tried with (1.${minor}).`,
    brought: 'The sandbox brings its own.',
    oldAndBrought: 'Too old for the lessons; the sandbox brings its own.',
  },
  network: {
    purposes: {
      'sign-in': 'Signing in to Azure goes there.',
      management: 'Azure Resource Manager: creating, watching and deleting the cluster goes there.',
      'mesh-images': "Images of the mesh's control plane and sidecars come from there.",
      'app-images': 'Images of the bookstore come from there.',
    },
    nodes: (purpose: string) =>
      `${purpose} The nodes of the cluster pull them, perhaps by another way than this machine.`,
    reached: (ms: number) => `reached in ${ms} ms`,
    byProxy: (proxy: string) => `, by the proxy ${proxy}`,
    noName: (errno: string) => `its name is not found (DNS, ${errno})`,
    refused: 'the connection is refused',
    noRoute: (errno: string) => `there is no way to it (${errno})`,
    noAnswer: (ms: number) => `no answer in ${Math.round(ms / 1000)} s`,
    halfAnswer: (ms: number) => `connected, then no TLS in ${Math.round(ms / 1000)} s`,
    cut: 'the connection is cut',
    notTrusted: (reason: string) => `its certificate is not trusted here (${reason})`,
    proxyRefused: (status: number) => `refused with HTTP ${status}`,
    trustCa: {
      linux: 'export NODE_EXTRA_CA_CERTS=/path/to/ca.pem REQUESTS_CA_BUNDLE=/path/to/ca.pem',
      macos: 'export NODE_EXTRA_CA_CERTS=/path/to/ca.pem REQUESTS_CA_BUNDLE=/path/to/ca.pem',
      windows: '$env:NODE_EXTRA_CA_CERTS = $env:REQUESTS_CA_BUNDLE = "C:\\path\\to\\ca.pem"',
    },
    showProxy: { linux: 'env | grep -i _proxy', macos: 'env | grep -i _proxy', windows: 'Get-ChildItem env:*_proxy' },
  },
  azure: {
    signIn: 'Sign-in',
    signedIn: 'there is one',
    subscription: 'Subscription',
    named: (name: string, id: string, state: string) => `${name} (${id}), ${state}`,
    pastDue: 'Azure has not been paid lately, and may switch it off.',
    disabled: 'Nothing can be made in it. Choose another one:',
    provider: 'Provider',
    notRegistered: 'In lesson 1 az registers it by itself, which takes minutes and needs the right to. To do it now:',
    notInRegion: (region: string) => `AKS is not in ${region}. Take another region:`,
    versions: 'Kubernetes',
    offered: (versions: readonly string[], preset: string | undefined) =>
      `${listed(versions)}${preset === undefined ? '' : `; ${preset} if none is named`}`,
    noVersions: (region: string) => `AKS offers no version in ${region}`,
    versionsNeeded: 'Lesson 1 takes the one that AKS offers first.',
    size: 'Machines',
    picked: (names: readonly string[]) => `AKS picks; it could be ${listed(names)}`,
    sized: (name: string, vcpus: number) => `${name}, ${counted(vcpus, { one: 'vCPU', other: 'vCPUs' })}`,
    noSize: (region: string) => `none that fits is offered to you in ${region}`,
    notOffered: (name: string, region: string) => `${name} is not offered to you in ${region}`,
    sizeNeeded: "Nodes need two vCPUs and 4 GiB at least, on amd64, to hold the mesh's control plane.",
    quota: 'Quota',
    vcpus: (needed: number, lines: readonly string[]) =>
      `${counted(needed, { one: 'vCPU', other: 'vCPUs' })} needed; ${listed(lines)}`,
    left: (left: number, limit: number, name: string) => `${left} of ${limit} left of ${name}`,
    quotaNeeded: 'Azure would refuse the cluster, perhaps only after minutes. See what is used, or ask for less:',
    addOn: 'Mesh add-on',
    supported: (day: string, days: number) => `supported until ${day} (${days} days)`,
    ending: 'Clusters made now lose the support of their mesh soon; for the lessons that is no matter.',
    ended: (day: string) => `no longer supported since ${day}`,
    afterEnd: 'AKS may refuse to enable it. The same lessons run in the sandbox, and on a cluster with upstream OSM:',
  },
  cluster: {
    context: 'Context',
    named: (name: string, server: string) => `${name}, ${server}`,
    noneCurrent: (known: number) =>
      known === 0
        ? 'your kubeconfig has none'
        : `none of your ${counted(known, { one: 'context', other: 'contexts' })} is current`,
    noContext: (name: string) => `your kubeconfig has no context ${name}`,
    needed: 'The lessons run on the cluster of one context. Name it, or take the sandbox:',
    apiServer: 'API server',
    mustAnswer: 'No lesson can go on without it.',
    skew: (kubectl: string) =>
      `kubectl ${kubectl} is more than one minor version away, which nobody tests. A closer one:`,
    mesh: 'Mesh',
    notTold: 'could not be looked for',
    noMesh: 'there is no OSM in this cluster',
    meshNeeded: 'The lessons are about it. On a cluster for practice:',
    found: (name: string, version: string, namespace: string) => `${name} ${version} in ${namespace}`,
    otherMesh: 'The lessons are written for OSM 1.2; some may not go as they say.',
    osmSkew: (osm: string) => `osm ${osm} is of another minor version. A closer one:`,
  },
  sandbox: {
    notRunning: 'does not run; it starts with the lessons',
    running: (pid: number) => `runs (process ${pid})`,
    silent: (pid: number) => `process ${pid} does not answer`,
    blocks: 'No other can start in its place while it is there.',
  },
};

export type PreflightWords = typeof preflight;
