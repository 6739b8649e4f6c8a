import type { MeshCluster } from '../mesh-cluster.ts';

/** What `osm proxy get certs POD` shows. */
export interface ShownCertificate {
  serial_number: string;
  subject_alt_names: { dns: string }[];
  days_until_expiration: string;
  valid_from: string;
  expiration_time: string;
}

export async function shownCertificates(
  mesh: MeshCluster,
  pod: string,
): Promise<{ own: ShownCertificate; roots: ShownCertificate[] }> {
  const { body } = await mesh.admin(pod, '/certs');
  const { certificates } = JSON.parse(body) as {
    certificates: { ca_cert: ShownCertificate[]; cert_chain: ShownCertificate[] }[];
  };
  const own = certificates.flatMap(({ cert_chain }) => cert_chain)[0];
  if (!own) throw new Error(`the sidecar of ${pod} shows no certificate: ${body}`);
  return { own, roots: certificates.flatMap(({ ca_cert }) => ca_cert) };
}
