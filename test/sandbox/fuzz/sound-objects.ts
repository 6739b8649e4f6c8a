import { generateKeyPairSync } from 'node:crypto';
import { createCertificateRequest } from '../../../src/sandbox/pki/certificate-request.ts';

/** One small object of each kind that a real server would take, for the fuzz to damage a little. */
const labels = { app: 'web' };
const template = {
  metadata: { labels },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'nginx:1.27',
        ports: [{ name: 'http', containerPort: 80 }],
        env: [{ name: 'A', value: 'b' }],
        resources: { requests: { cpu: '100m' }, limits: { memory: '64Mi' } },
        readinessProbe: { httpGet: { path: '/', port: 'http' } },
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  },
};
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }];
const webhooks = [
  {
    name: 'a.fuzz.example',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    clientConfig: { service: { name: 'web', namespace: 'fuzz', path: '/', port: 443 } },
    rules: [{ apiGroups: ['nowhere.example'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothing'] }],
  },
];
const asked = createCertificateRequest(generateKeyPairSync('rsa', { modulusLength: 1024 }), {
  commonName: 'jane',
  dnsNames: [],
});
const selector = { matchLabels: labels };

export const soundObjects: Readonly<Record<string, Record<string, unknown>>> = {
  Namespace: { spec: {} },
  Node: { spec: { unschedulable: true } },
  Pod: { metadata: { labels }, spec: template.spec },
  Service: { spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } },
  ServiceAccount: { automountServiceAccountToken: true },
  Endpoints: { subsets: [{ addresses: [{ ip: '10.0.0.9' }], ports: [{ name: 'http', port: 80 }] }] },
  ConfigMap: { data: { key: 'value' }, binaryData: { bin: 'AAEC' } },
  Secret: { type: 'Opaque', data: { key: 'dmFsdWU=' }, stringData: { text: 'value' } },
  Event: { involvedObject: { kind: 'Pod', name: 'a', namespace: 'fuzz' }, reason: 'R', message: 'm', type: 'Normal' },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  ResourceQuota: { spec: { hard: { pods: '10' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
  Deployment: { spec: { replicas: 2, selector, template, strategy: { type: 'RollingUpdate' } } },
  ReplicaSet: { spec: { replicas: 1, selector, template } },
  StatefulSet: { spec: { replicas: 1, serviceName: 'web', selector, template } },
  ControllerRevision: { revision: 1, data: { spec: {} } },
  HorizontalPodAutoscaler: {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 3,
    },
  },
  Role: { rules },
  ClusterRole: { rules },
  RoleBinding: { subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' } },
  ClusterRoleBinding: { subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' } },
  CertificateSigningRequest: {
    spec: {
      request: Buffer.from(asked).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
    status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }] },
  },
  Lease: { spec: { holderIdentity: 'a', leaseDurationSeconds: 15 } },
  EndpointSlice: {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 80 }],
  },
  MutatingWebhookConfiguration: { webhooks },
  ValidatingWebhookConfiguration: { webhooks },
  Widget: { spec: { n: 1, parts: ['a'] }, status: { n: 1 } },
  SelfSubjectAccessReview: { spec: { resourceAttributes: { namespace: 'fuzz', verb: 'get', resource: 'pods' } } },
  SubjectAccessReview: { spec: { user: 'jane', resourceAttributes: { verb: 'get', resource: 'pods' } } },
  SelfSubjectRulesReview: { spec: { namespace: 'fuzz' } },
  TokenReview: { spec: { token: 'x' } },
};
