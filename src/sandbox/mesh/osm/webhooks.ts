import type { Webhook, WebhookConfiguration } from '../../../kube/api-extensions.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { controlPlaneLabels, ignoreLabel, monitoredByLabel, type OsmInstall, ports } from './names.ts';

/** The two webhook configurations; each component writes its own when it is ready to answer, with its CA. */
const onlyMonitored = ({ meshName, namespace }: OsmInstall): NonNullable<Webhook['namespaceSelector']> => ({
  matchLabels: { [monitoredByLabel]: meshName },
  matchExpressions: [
    { key: ignoreLabel, operator: 'DoesNotExist' },
    { key: 'name', operator: 'NotIn', values: [namespace] },
    { key: 'control-plane', operator: 'DoesNotExist' },
  ],
});

/** What a component knows of its webhook. */
export interface WebhookOwner {
  install: OsmInstall;
  /** Of the configuration. */
  name: string;
  caPem: string;
  timeoutSeconds?: number;
}

function webhook(
  parts: Pick<Webhook, 'name' | 'rules' | 'sideEffects'>,
  service: string,
  path: string,
  port: number,
  { install, caPem, timeoutSeconds = 20 }: WebhookOwner,
): Webhook {
  return {
    ...parts,
    clientConfig: {
      service: { namespace: install.namespace, name: service, path, port },
      caBundle: Buffer.from(caPem).toString('base64'),
    },
    failurePolicy: 'Fail',
    matchPolicy: 'Exact',
    namespaceSelector: onlyMonitored(install),
    timeoutSeconds,
    admissionReviewVersions: ['v1'],
  };
}

export function injectorWebhook(owner: WebhookOwner): WebhookConfiguration {
  const rule = {
    operations: ['CREATE'],
    apiGroups: ['*'],
    apiVersions: ['v1'],
    resources: ['pods'],
    scope: 'Namespaced',
  };
  const hook = { name: 'osm-inject.k8s.io', sideEffects: 'NoneOnDryRun', rules: [rule] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: owner.name, labels: { ...controlPlaneLabels(owner.install), app: 'osm-injector' } },
    webhooks: [webhook(hook, 'osm-injector', '/mutate-pod-creation', ports.injector, owner)],
  };
}

export function validatorWebhook(owner: WebhookOwner & { validateTrafficTarget: boolean }): WebhookConfiguration {
  const rule = (group: string, version: string, names: string[]) => ({
    operations: ['CREATE', 'UPDATE'],
    apiGroups: [group],
    apiVersions: [version],
    resources: names,
    scope: 'Namespaced',
  });
  const rules = [
    rule('policy.openservicemesh.io', 'v1alpha1', ['ingressbackends', 'egresses']),
    ...(owner.validateTrafficTarget ? [rule('access.smi-spec.io', 'v1alpha3', ['traffictargets'])] : []),
  ];
  const hook = { name: 'osm-validator.k8s.io', sideEffects: 'NoneOnDryRun', rules };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: owner.name, labels: { ...controlPlaneLabels(owner.install), app: 'osm-controller' } },
    webhooks: [webhook(hook, 'osm-validator', '/validate', ports.validator, owner)],
  };
}

/** Creates the configuration, or brings the one of an earlier run up to date. */
export async function publishWebhook(
  api: ClusterApi,
  ref: ResourceRef<WebhookConfiguration>,
  configuration: WebhookConfiguration,
): Promise<void> {
  const name = configuration.metadata.name ?? '';
  const { webhooks } = configuration;
  const change = (draft: WebhookConfiguration) => {
    if (webhooks) draft.webhooks = structuredClone(webhooks);
    draft.metadata.labels = { ...draft.metadata.labels, ...configuration.metadata.labels };
  };
  if (await api.modify(ref, name, undefined, change)) return;
  try {
    await api.create(ref, configuration);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  }
}

export const webhookKinds = {
  mutating: resources.mutatingWebhookConfigurations,
  validating: resources.validatingWebhookConfigurations,
} as const;
