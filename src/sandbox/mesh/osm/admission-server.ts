import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Metrics } from './metrics.ts';

/** AdmissionReview v1, as the API server sends it and wants it back. */
export interface AdmissionRequest {
  uid: string;
  namespace?: string;
  name?: string;
  operation: string;
  dryRun?: boolean;
  kind?: { group: string; version: string; kind: string };
  object?: KubeObject;
}

export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: { message: string; code?: number };
  patchType?: 'JSONPatch';
  patch?: string;
}

export type Review = (request: AdmissionRequest) => Promise<AdmissionResponse>;

/** A bigger object than etcd takes is none that the API server would send. */
const largestReviewBytes = 8 * 1024 * 1024;

/** Answers POSTs of AdmissionReviews on one path. */
export function answerReviews(
  path: string,
  review: Review,
  metrics: Metrics,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (request, response) => {
    const url = (request.url ?? '').split('?')[0];
    if (url !== path || request.method !== 'POST') {
      response.writeHead(url === path ? 405 : 404).end();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestReviewBytes) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      void answer(Buffer.concat(chunks), review, metrics).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
  };
}

async function answer(body: Buffer, review: Review, metrics: Metrics): Promise<{ status: number; body: string }> {
  let request: AdmissionRequest;
  try {
    request = (JSON.parse(body.toString()) as { request: AdmissionRequest }).request;
  } catch {
    return { status: 400, body: JSON.stringify({ message: 'expected an AdmissionReview' }) };
  }
  const response = await review(request);
  const labels = { kind: request.kind?.kind ?? '', success: String(response.allowed) };
  metrics.add('osm_admission_webhook_response_total', labels);
  return {
    status: 200,
    body: JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }),
  };
}
