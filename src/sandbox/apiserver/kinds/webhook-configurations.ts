import type { Webhook, WebhookConfiguration } from '../../../kube/api-extensions.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { invalidValue, notSupported, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';

const webhooksOf = (object: KubeObject) => (object as WebhookConfiguration).webhooks ?? [];

function strategyFor(isMutating: boolean): Strategy {
  return {
    nameRule: dnsSubdomain,
    generation: 'all',
    hasStatus: false,
    defaults(draft) {
      for (const webhook of webhooksOf(draft)) defaultWebhook(webhook, isMutating);
    },
    validate: (object) => webhooksOf(object).flatMap((each, index) => webhookErrors(each, `webhooks[${index}]`)),
  };
}

export const mutatingWebhookStrategy = strategyFor(true);
export const validatingWebhookStrategy = strategyFor(false);

function defaultWebhook(webhook: Webhook, isMutating: boolean): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  if (isMutating) webhook.reinvocationPolicy ??= 'Never';
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443;
}

function webhookErrors(webhook: Webhook, path: string): StatusCause[] {
  const errors: StatusCause[] = [];
  const wrongName = webhook.name ? dnsSubdomain(webhook.name) : undefined;
  if (!webhook.name) errors.push(required(`${path}.name`));
  else if (wrongName) errors.push(invalidValue(`${path}.name`, webhook.name, wrongName));
  else if (webhook.name.split('.').length < 3) {
    errors.push(
      invalidValue(`${path}.name`, webhook.name, 'should be a domain with at least three segments separated by dots'),
    );
  }
  if (!webhook.admissionReviewVersions?.includes('v1')) {
    const why = 'must specify one of v1, v1beta1';
    errors.push(
      webhook.admissionReviewVersions
        ? invalidValue(`${path}.admissionReviewVersions`, webhook.admissionReviewVersions, why)
        : required(`${path}.admissionReviewVersions`, why),
    );
  }
  if (webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    const supported = ['None', 'NoneOnDryRun'];
    errors.push(
      webhook.sideEffects
        ? notSupported(`${path}.sideEffects`, webhook.sideEffects, supported)
        : required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun'),
    );
  }
  const { timeoutSeconds = 10, clientConfig } = webhook;
  if (timeoutSeconds < 1 || timeoutSeconds > 30) {
    errors.push(
      invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  }
  if (!clientConfig?.service === !clientConfig?.url) {
    errors.push(required(`${path}.clientConfig`, 'exactly one of url or service is required'));
  }
  return errors;
}
