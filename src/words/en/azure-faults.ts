/** What Azure's refusals and a learner's choices for AKS are told as; part of the table of Faults. */
const azureSays = (sentence: string) => (sentence === '' ? undefined : `Azure says: ${sentence}`);
const whyOf = (sentence: string) => {
  const why = azureSays(sentence);
  return why === undefined ? {} : { why };
};

const look = 'See what fits: meshwalk doctor --world aks';
const smaller = 'With fewer nodes: meshwalk --world aks --nodes 2';
const elsewhere = 'In another region: meshwalk --world aks --region westeurope';

export const azureFaults = {
  'azure.no-answer': (status: number, error: string) => ({
    what: status === 0 ? 'Azure cannot be asked.' : `Azure answered with HTTP ${status}.`,
    why: error,
    next: ['az account show'],
  }),
  'azure.login': (sentence: string) => ({
    what: 'Azure does not know who you are: the login of Azure CLI is missing or has run out.',
    ...whyOf(sentence),
    next: ['az login', 'Is it there at all? az version'],
  }),
  'azure.no-subscription': () => ({
    what: 'Your login has no subscription to pay for a cluster.',
    why: 'Azure CLI knows none, or none is chosen.',
    next: ['az account list --output table', 'az account set --subscription NAME'],
  }),
  'azure.subscription': (sentence: string) => ({
    what: 'Azure does not know this subscription, or your login may not see it.',
    ...whyOf(sentence),
    next: ['az account list --output table', 'meshwalk --world aks --subscription ID'],
  }),
  'azure.subscription-disabled': (sentence: string) => ({
    what: 'The subscription is disabled: it can be read, and nothing can be made in it.',
    ...whyOf(sentence),
    next: ['az account list --output table', 'Take another one: meshwalk --world aks --subscription ID'],
  }),
  'azure.forbidden': (sentence: string) => ({
    what: 'Your login may not do that in this subscription.',
    ...whyOf(sentence),
    next: [
      'Ask its owner for the role Contributor, on the resource group at least.',
      'See your roles: az role assignment list --all --assignee you@example.com --output table',
    ],
  }),
  'azure.policy': (policies: readonly string[], sentence: string) => ({
    what:
      policies.length === 0
        ? 'A policy of your organisation forbids it.'
        : `Your organisation's policy forbids it: ${policies.join(', ')}.`,
    ...whyOf(sentence),
    next: [
      'See what is in force: az policy assignment list --disable-scope-strict-match --output table',
      'Regions and sizes are what policies restrict most: meshwalk --world aks --region REGION --node-size SIZE',
    ],
  }),
  'azure.provider': (namespace: string) => ({
    what: `The subscription has never used ${namespace}, and it has to be registered once.`,
    why: 'That takes a minute or two and costs nothing.',
    next: [`az provider register --namespace ${namespace} --wait`],
  }),
  'azure.quota': (sentence: string) => ({
    what: "The subscription's quota of virtual CPUs does not hold this cluster.",
    ...whyOf(sentence),
    next: [look, smaller, elsewhere, 'Ask for more: https://aka.ms/aks/quotas-skus-regions'],
  }),
  'azure.cluster-quota': (sentence: string) => ({
    what: 'The subscription has as many AKS clusters as it may have.',
    ...whyOf(sentence),
    next: [
      'See which: az aks list --output table',
      'Delete what this course made earlier: meshwalk cleanup --world aks',
    ],
  }),
  'azure.size': (sentence: string) => ({
    what: 'Azure does not offer machines of this size to your subscription in this region.',
    ...whyOf(sentence),
    next: [look, 'Another size: meshwalk --world aks --node-size Standard_D4s_v5', elsewhere],
  }),
  'azure.version': (sentence: string) => ({
    what: 'AKS does not offer this version of Kubernetes here.',
    ...whyOf(sentence),
    next: ['az aks get-versions --location REGION --output table'],
  }),
  'azure.add-on': (sentence: string) => ({
    what: 'AKS does not enable the Open Service Mesh add-on any more.',
    why: azureSays(sentence) ?? 'The add-on is retired.',
    next: [
      'Take the same lessons in the sandbox: meshwalk',
      'Or on a cluster that has upstream OSM: meshwalk --world cluster',
    ],
  }),
  'azure.busy': (sentence: string) => ({
    what: 'Azure is still at work on this group or cluster, and takes no second order.',
    ...whyOf(sentence),
    next: ['See its state: az aks list --output table', 'Wait until it says Succeeded, then run the command again.'],
  }),
  'azure.locked': (sentence: string) => ({
    what: 'A lock keeps this from being deleted.',
    ...whyOf(sentence),
    next: ['Take the lock away (Azure portal, under Locks), or ask who set it; then run the command again.'],
  }),
  'azure.taken': (sentence: string) => ({
    what: 'The name is taken by something else in Azure, which cannot be changed into this.',
    ...whyOf(sentence),
    next: [
      'See where: az resource list --name NAME --output table',
      'Take another name: meshwalk --world aks --group my-meshwalk --cluster my-meshwalk-aks',
    ],
  }),
  'azure.throttled': (seconds: number) => ({
    what: 'Azure asks for patience: too many requests came from this subscription.',
    why: seconds > 0 ? `It wants to be left alone for ${seconds} s.` : 'It goes well again after some minutes.',
    next: ['Wait, then run the command again; what Azure has begun goes on.'],
  }),
  'azure.server': (status: number, code: string) => ({
    what: `Azure has a problem of its own: it answered with HTTP ${status}${code === '' ? '' : ` (${code})`}.`,
    why: 'That is no fault of yours; what it has begun goes on.',
    next: ['Try again in a minute.', 'See what Microsoft knows: https://status.azure.com'],
  }),
  'azure.unreachable': (code: string) => ({
    what: 'Azure cannot be reached from here.',
    why: `The connection ended with ${code}.`,
    next: ['Is there a network, a proxy, a VPN? meshwalk doctor --world aks'],
  }),
  'azure.refused': (code: string, sentence: string) => ({
    what: code === '' ? 'Azure refuses this.' : `Azure refuses this with ${code}.`,
    ...whyOf(sentence),
    next: [look],
  }),
  'azure.endpoint': (endpoint: string) => ({
    what: `MESHWALK_ARM_ENDPOINT does not lead to this machine: ${endpoint}.`,
    why: 'It is for a Resource Manager of the sandbox; a token goes with it, and that must not leave this machine.',
    next: ['unset MESHWALK_ARM_ENDPOINT'],
  }),
  'azure.endpoint-settings': (missing: readonly string[]) => ({
    what: `MESHWALK_ARM_ENDPOINT is set, and what belongs to it is not: ${missing.join(', ')}.`,
    next: ['unset MESHWALK_ARM_ENDPOINT'],
  }),

  'aks.choice.subscription': (subscription: string) => ({
    what: `"${subscription}" is no id of a subscription.`,
    why: 'An id is 32 hexadecimal digits in five groups; names can change, ids cannot.',
    next: ['az account list --output table'],
  }),
  'aks.choice.group': (name: string) => ({
    what: `"${name}" cannot be the name of the resource group.`,
    why: 'At most 90 letters, digits, dots, dashes and underscores, and no dot at the end.',
    next: ['meshwalk --world aks --group meshwalk-rg'],
  }),
  'aks.choice.cluster': (name: string) => ({
    what: `"${name}" cannot be the name of the cluster.`,
    why: 'At most 63 letters, digits, dashes and underscores, beginning and ending with a letter or digit.',
    next: ['meshwalk --world aks --cluster meshwalk-aks'],
  }),
  'aks.choice.region': (name: string) => ({
    what: `"${name}" is no region of Azure.`,
    why: 'Regions are written in one word: southeastasia, westeurope.',
    next: ['az account list-locations --output table', 'meshwalk --world aks --region westeurope'],
  }),
  'aks.choice.nodes': (count: string, most: number) => ({
    what: `A cluster of ${count} nodes is not for this course.`,
    why: `It takes 1 to ${most}; three are enough, and each costs money.`,
    next: ['meshwalk --world aks --nodes 3'],
  }),
  'aks.choice.size': (name: string) => ({
    what: `"${name}" is no size of a machine.`,
    next: ['meshwalk --world aks --node-size Standard_D4s_v5'],
  }),
  'aks.choice.arm': (name: string) => ({
    what: `Machines of size ${name} have ARM processors.`,
    why: 'The images of the bookstore are for amd64 only; its pods would stay Pending.',
    next: ['meshwalk --world aks --node-size Standard_D4s_v5'],
  }),
  'aks.choice.small': (nodes: number, size: string, vcpus: number, least: number) => ({
    what: `${nodes === 1 ? 'One node' : `${nodes} nodes`}${size === '' ? '' : ` of size ${size}`} cannot hold the mesh.`,
    why: `Its control plane asks for almost two virtual CPUs beside what AKS needs itself: ${least} in all, at least two on each node; this has ${vcpus}.`,
    next: ['meshwalk --world aks --nodes 3', 'meshwalk --world aks --nodes 1 --node-size Standard_D4s_v5'],
  }),
};
