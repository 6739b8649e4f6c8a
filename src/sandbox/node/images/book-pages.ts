/** The web pages of the demo applications. Plain HTML that reloads itself; nothing here counts or serves. */
export interface BookPage {
  title: string;
  /** An HTML entity. */
  emoji: string;
  heading: string;
  total: { label: string; count: number };
  parts: readonly { label: string; count: number }[];
  now: number;
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** Go's layout `Mon, 02 Jan 2006 15:04:05 MST`; containers run in UTC. */
export function pageTime(ms: number): string {
  const time = new Date(ms);
  const day = `${dayNames[time.getUTCDay()]}, ${two(time.getUTCDate())} ${monthNames[time.getUTCMonth()]}`;
  return `${day} ${time.getUTCFullYear()} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} UTC`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);

const reloadMs = 1500;

export function renderBookPage(page: BookPage): string {
  const parts = page.parts.map((part) => `      <li>${escapeHtml(part.label)}: <strong>${part.count}</strong></li>`);
  const list = parts.length === 0 ? '' : `\n    <ul>\n${parts.join('\n')}\n    </ul>`;
  return `<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <title>${escapeHtml(page.title)}</title>
  <style>
    body { margin: 0; font-family: "Segoe UI", sans-serif; }
    header { background-color: #0078D4; color: white; padding: 12px 20px; font-size: 28px; }
    main { padding: 20px; font-size: 20px; }
    footer { padding: 20px; color: #666; }
  </style>
</head>
<body>
  <header>${page.emoji} ${escapeHtml(page.heading)}</header>
  <main>
    <div>${escapeHtml(page.total.label)}: <strong>${page.total.count}</strong></div>${list}
  </main>
  <footer>Current Time: <strong>${pageTime(page.now)}</strong></footer>
  <script>setTimeout(function () { window.location.reload(); }, ${reloadMs});</script>
</body>
</html>
`;
}
