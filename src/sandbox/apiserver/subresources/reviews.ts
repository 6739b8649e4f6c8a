import { isJsonObject } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Caller } from '../request-api.ts';

const isAdmin = (caller: Caller) => caller.groups.includes('system:masters');

/** Questions that look like objects: answered from who asks, and never stored. */
export const reviews: Record<string, (review: KubeObject, caller: Caller) => KubeObject> = {
  selfsubjectreviews: (review, caller) => ({
    ...asked(review),
    status: {
      userInfo: {
        username: caller.username,
        ...(caller.uid === undefined ? {} : { uid: caller.uid }),
        groups: [...caller.groups],
      },
    },
  }),
  selfsubjectaccessreviews: (review, caller) => ({ ...asked(review), status: { allowed: isAdmin(caller) } }),
  selfsubjectrulesreviews: (review, caller) => ({
    ...asked(review),
    status: {
      resourceRules: isAdmin(caller) ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [],
      nonResourceRules: isAdmin(caller) ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : [],
      incomplete: false,
    },
  }),
};

function asked(review: KubeObject): KubeObject {
  return { ...review, metadata: isJsonObject(review.metadata) ? review.metadata : {} };
}
