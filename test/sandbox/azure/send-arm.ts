import { request } from 'node:https';
import { type AzureFixture, token } from './azure-fixture.ts';

/** One plain request, for what the SDKs would never send. */
export function sendArm(azure: AzureFixture, path: string, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${azure.started.endpoint}${path}`,
      { method, ca: azure.authority.certPem, headers: { authorization: `Bearer ${token}` } },
      async (incoming) => {
        let text = '';
        for await (const chunk of incoming) text += chunk;
        resolve(JSON.parse(text));
      },
    );
    outgoing.once('error', reject);
    outgoing.end();
  });
}
