/** What the sandbox's az says it is: the azure-cli whose outputs it follows. */
const cliVersion = '2.80.0';

export function azVersion(word: string): string {
  if (word === 'version')
    return `${JSON.stringify({ 'azure-cli': cliVersion, 'azure-cli-core': cliVersion, 'azure-cli-telemetry': '1.1.0', extensions: {} }, null, 2)}\n`;
  return `azure-cli                         ${cliVersion}

core                              ${cliVersion}
telemetry                          1.1.0

This is the az of meshwalk's sandbox; it cannot reach Azure.
`;
}
