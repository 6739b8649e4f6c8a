/** What we take of the Kubernetes client library: in a module of its own so that the bundle leaves out the rest. */
export { KubeConfig, PortForward } from '@kubernetes/client-node';
