import { STATUS_CODES } from 'node:http';
import type { Answer } from './routes.ts';

/** Bodies and how Flask writes them: JSON with sorted keys, two blanks of indent and a blank after each comma. */
function pythonJson(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  const list = (open: string, items: readonly string[], close: string) =>
    items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`, \n${inner}`)}\n${indent}${close}`;
  if (Array.isArray(value))
    return list(
      '[',
      value.map((item) => pythonJson(item, inner)),
      ']',
    );
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return list(
      '{',
      entries.map(([key, item]) => `${ascii(key)}: ${pythonJson(item, inner)}`),
      '}',
    );
  }
  return typeof value === 'string' ? ascii(value) : String(JSON.stringify(value));
}

/** Python's json escapes everything beyond ASCII. */
const ascii = (text: string) =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export const reasonOf = (status: number): string => (STATUS_CODES[status] ?? 'UNKNOWN').toUpperCase();

export const json = (value: unknown): Answer => ({
  status: 200,
  reason: 'OK',
  headers: [['Content-Type', 'application/json']],
  body: `${pythonJson(value)}\n`,
});

export const page = (status: number, body: string): Answer => ({
  status,
  reason: reasonOf(status),
  headers: [['Content-Type', 'text/html; charset=utf-8']],
  body,
});

const explanations: Record<number, string> = {
  404: 'The requested URL was not found on the server.  If you entered the URL manually please check your spelling and try again.',
  413: 'The data value transmitted exceeds the capacity limit.',
  500: 'The server encountered an internal error and was unable to complete your request.  Either the server is overloaded or there is an error in the application.',
  405: 'The method is not allowed for the requested URL.',
};

/** werkzeug's own pages. */
export function errorPage(status: 404 | 405 | 413 | 500): Answer {
  const title = status === 413 ? 'Request Entity Too Large' : (STATUS_CODES[status] ?? '');
  const body = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${explanations[status]}</p>\n`;
  return { ...page(status, body), headers: [['Content-Type', 'text/html']] };
}

/** In place of the original's page of documentation. */
export const indexPage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>httpbin.org</title></head>
<body>
<h2>httpbin.org <small>0.9.2</small></h2>
<p>A simple HTTP Request &amp; Response Service, as the sandbox has it.</p>
<ul>
${['get', 'post', 'put', 'patch', 'delete', 'anything', 'headers', 'ip', 'user-agent', 'uuid', 'status/418', 'delay/1', 'bytes/16', 'stream/2', 'redirect/2', 'response-headers?a=b', 'cookies', 'basic-auth/user/passwd', 'bearer', 'cache', 'gzip', 'html', 'json', 'robots.txt'].map((path) => `<li><a href="/${path}">/${path}</a></li>`).join('\n')}
</ul>
</body>
</html>
`;

export const teapot =
  "\n    -=[ teapot ]=-\n\n         (\n        _)_\n     .-'   '-.\n    |  short  |==.\n    | & stout |  ;\n     \\       /`-'\n      `-----`\n";

export const moby =
  '<!DOCTYPE html>\n<html>\n  <head>\n  </head>\n  <body>\n      <h1>Herman Melville - Moby-Dick</h1>\n      <div><p>Call me Ishmael.</p></div>\n  </body>\n</html>';

export const slideshow = {
  slideshow: {
    author: 'Yours Truly',
    date: 'date of publication',
    slides: [
      { title: 'Wake up to WonderWidgets!', type: 'all' },
      {
        items: ['Why <em>WonderWidgets</em> are great', 'Who <em>buys</em> WonderWidgets'],
        title: 'Overview',
        type: 'all',
      },
    ],
    title: 'Sample Slide Show',
  },
};
