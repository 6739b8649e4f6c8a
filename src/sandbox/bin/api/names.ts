/** What client-go refuses to put into a path, before it asks anybody (apimachinery, api/validation/path). */
function problems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((each) => name.includes(each)).map((each) => `may not contain '${each}'`);
}

function segment(name: string, what: string): string {
  const found = problems(name);
  if (found.length > 0) throw new Error(`invalid ${what} ${JSON.stringify(name)}: [${found.join(' ')}]`);
  return encodeURIComponent(name);
}

/** A name as a path takes it. */
export function inPath(name: string): string {
  if (name === '') throw new Error('resource name may not be empty');
  return segment(name, 'resource name');
}

/** `namespaces/shop`, as the middle of a path. */
export const ofNamespace = (namespace: string): string => `namespaces/${segment(namespace, 'namespace')}`;
