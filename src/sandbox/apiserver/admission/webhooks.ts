import { randomUUID } from 'node:crypto';
import type { Webhook, WebhookConfiguration } from '../../../kube/api-extensions.ts';
import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { KubeObject, Service } from '../../../kube/objects.ts';
import { badRequest, internalError, type StatusCause, StatusError } from '../../../kube/status.ts';
import type { Store } from '../../store/store.ts';
import { jsonPatch } from '../patch/simple-patches.ts';
import type { ResourceCatalog } from '../resource-catalog.ts';
import type { ServedResource } from '../served-resource.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';
import { callWebhook, WebhookCallFailed, type WebhookTransport } from './webhook-call.ts';
import { matchedResource } from './webhook-match.ts';

const group = 'admissionregistration.k8s.io';

/**
 * The webhooks that MutatingWebhookConfigurations and ValidatingWebhookConfigurations name, called for real:
 * mutating ones after each other in the order of their names, validating ones side by side.
 */
export function webhookAdmission(
  store: Store,
  catalog: ResourceCatalog,
  network: Omit<WebhookTransport, 'clusterIpOf'>,
): AdmissionPlugin {
  const transport: WebhookTransport = {
    clock: network.clock,
    connectToService: (namespace, name, port) => network.connectToService(namespace, name, port),
    clusterIpOf: (namespace, name) => (store.get('services', namespace, name) as Service | undefined)?.spec.clusterIP,
  };
  const matching = (kind: string, request: AdmissionRequest) =>
    (store.list(`${kind}.${group}`) as WebhookConfiguration[]).flatMap((configuration) =>
      (configuration.webhooks ?? []).flatMap((webhook) => {
        const resource = matchedResource(webhook, request, {
          namespaceLabels: store.get('namespaces', '', request.namespace ?? '')?.metadata.labels,
          otherVersions: catalog
            .all()
            .filter((each) => each.group === request.resource.group && each.resource === request.resource.resource),
        });
        return resource ? [{ webhook, resource }] : [];
      }),
    );
  return {
    async mutate(request) {
      for (const { webhook, resource } of matching('mutatingwebhookconfigurations', request)) {
        const response = await ask(webhook, resource, request, transport);
        if (response) applyPatchOf(response, webhook, request);
      }
    },
    async validate(request) {
      const asked = matching('validatingwebhookconfigurations', request);
      const answers = await Promise.allSettled(
        asked.map(({ webhook, resource }) => ask(webhook, resource, request, transport)),
      );
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    },
  };
}

/** The response of a webhook that allows; undefined when it could not be asked and that is to be ignored. */
async function ask(
  webhook: Webhook,
  resource: ServedResource,
  request: AdmissionRequest,
  transport: WebhookTransport,
): Promise<JsonObject | undefined> {
  const { context } = request;
  if (context.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook "${webhook.name}" does not support dry run`);
  }
  const uid = randomUUID();
  try {
    const { response } = await callWebhook(webhook, reviewOf(uid, resource, request), transport);
    if (!isJsonObject(response) || response['uid'] !== uid) {
      throw new WebhookCallFailed(
        `expected response.uid="${uid}"${isJsonObject(response) ? `, got "${response['uid']}"` : ''}`,
      );
    }
    const warnings = Array.isArray(response['warnings']) ? response['warnings'] : [];
    context.warnings.push(...warnings.map(String));
    if (response['allowed'] !== true) throw denial(webhook.name, response['status']);
    return response;
  } catch (error) {
    if (!(error instanceof WebhookCallFailed)) throw error;
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw internalError(`failed calling webhook "${webhook.name}": ${error.message}`);
  }
}

function reviewOf(uid: string, asked: ServedResource, request: AdmissionRequest): JsonObject {
  const { operation, resource, subresource, namespace, name, object, current, context } = request;
  const kindOf = (each: ServedResource) => ({ group: each.group, version: each.version, kind: each.kind });
  const placeOf = (each: ServedResource) => ({ group: each.group, version: each.version, resource: each.resource });
  const apiVersion = asked.group === '' ? asked.version : `${asked.group}/${asked.version}`;
  const shown = (each: KubeObject | undefined) => (each ? { ...each, apiVersion } : null);
  const options = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' }[operation];
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: kindOf(asked),
      resource: placeOf(asked),
      ...(subresource !== '' && { subResource: subresource, requestSubResource: subresource }),
      requestKind: kindOf(resource),
      requestResource: placeOf(resource),
      name,
      ...(namespace !== undefined && { namespace }),
      operation,
      userInfo: { username: context.caller.username, groups: [...context.caller.groups] },
      object: shown(object),
      oldObject: shown(current),
      dryRun: context.dryRun,
      options: {
        kind: options,
        apiVersion: 'meta.k8s.io/v1',
        ...(context.fieldManager !== undefined && { fieldManager: context.fieldManager }),
      },
    },
  };
}

/** Kubernetes: apiserver/pkg/admission/plugin/webhook/errors ToStatusErr */
function denial(webhook: string, result: unknown): StatusError {
  const { code, reason, message, details } = isJsonObject(result) ? result : {};
  const text = [message, reason].find((each) => typeof each === 'string' && each !== '');
  const denied = `admission webhook "${webhook}" denied the request`;
  const isFailure = typeof code === 'number' && code >= 400;
  return new StatusError(
    isFailure ? code : 400,
    typeof reason === 'string' && reason !== '' ? reason : undefined,
    text === undefined ? `${denied} without explanation` : `${denied}: ${text}`,
    isJsonObject(details) ? (details as { causes?: StatusCause[] }) : undefined,
  );
}

function applyPatchOf(response: JsonObject, webhook: Webhook, request: AdmissionRequest): void {
  const { patch, patchType } = response;
  if (typeof patch !== 'string' || patch === '' || !request.object) return;
  if (patchType !== 'JSONPatch') {
    throw internalError(`admission webhook "${webhook.name}" sent a patch of unsupported type "${patchType}"`);
  }
  try {
    const operations: unknown = JSON.parse(Buffer.from(patch, 'base64').toString());
    const { apiVersion } = request.object;
    request.object = { ...(jsonPatch(request.object, operations) as KubeObject), ...(apiVersion && { apiVersion }) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof StatusError)) throw error;
    throw internalError(`admission webhook "${webhook.name}" sent a patch that does not apply: ${error.message}`);
  }
}
