/** The equality form of a label selector: `app=bookstore,version=v1`. */
export function matchesText(labels: Readonly<Record<string, string>>, selector: string): boolean {
  if (selector === '') return true;
  return selector.split(',').every((part) => {
    const [key = '', value] = part.split('=');
    return labels[key] === value;
  });
}
