import type { Webhook } from '../../../kube/api-extensions.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { matchesLabelSelector } from '../../../kube/selectors.ts';
import type { ServedResource } from '../served-resource.ts';
import type { AdmissionRequest } from '../write-context.ts';

/** What matching has to know besides the request. */
export interface MatchContext {
  namespaceLabels: Record<string, string> | undefined;
  /** Other served versions of the same resource, for matchPolicy Equivalent. */
  otherVersions: readonly ServedResource[];
}

/** The version of the resource that a webhook asked for; undefined when the request is none of its business. */
export function matchedResource(
  webhook: Webhook,
  request: AdmissionRequest,
  context: MatchContext,
): ServedResource | undefined {
  // Webhooks can't guard the objects that define them: nobody could repair a broken one.
  if (request.resource.group === 'admissionregistration.k8s.io') return undefined;
  const candidates =
    webhook.matchPolicy === 'Exact' ? [request.resource] : [request.resource, ...context.otherVersions];
  const resource = candidates.find((each) => webhook.rules?.some((rule) => matchesRule(rule, each, request)));
  if (!resource || !selectsNamespace(webhook, request, context)) return undefined;
  const selector = webhook.objectSelector ?? {};
  const isSelected = [request.object, request.current].some(
    (object) => object !== undefined && matchesLabelSelector(selector, object.metadata.labels),
  );
  return isSelected ? resource : undefined;
}

type Rule = NonNullable<Webhook['rules']>[number];

function matchesRule(rule: Rule, resource: ServedResource, { operation, subresource }: AdmissionRequest): boolean {
  const has = (list: readonly string[] | undefined, value: string) =>
    list?.some((each) => each === '*' || each === value) ?? false;
  if (!has(rule.operations, operation)) return false;
  if (!has(rule.apiGroups, resource.group) || !has(rule.apiVersions, resource.version)) return false;
  const scope = resource.namespaced ? 'Namespaced' : 'Cluster';
  if (rule.scope !== undefined && rule.scope !== '*' && rule.scope !== scope) return false;
  return (rule.resources ?? []).some((each) => {
    const [plural = '', part = ''] = each.split('/');
    const isResource = plural === '*' || plural === resource.resource;
    return isResource && (part === '*' || part === subresource);
  });
}

/** Cluster-scoped objects have no namespace to select by, except that a Namespace is selected by its own labels. */
function selectsNamespace(
  webhook: Webhook,
  { resource, object, current }: AdmissionRequest,
  context: MatchContext,
): boolean {
  const selector = webhook.namespaceSelector ?? {};
  if (resource.kind === 'Namespace') return matchesLabelSelector(selector, labelsOf(object ?? current));
  return !resource.namespaced || matchesLabelSelector(selector, context.namespaceLabels);
}

const labelsOf = (object: KubeObject | undefined) => object?.metadata.labels;
