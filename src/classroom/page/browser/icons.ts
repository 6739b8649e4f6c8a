/** Shapes beside the colours: what is told by one is told by the other. Drawn in 16 by 16, in the colour of the text. */
const paths = {
  none: 'M8 6.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2z',
  part: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 3.2v9.6a4.8 4.8 0 0 0 0-9.6z',
  passed: 'M6.4 12.9 1.8 8.3l1.8-1.8 2.8 2.8 6-6 1.8 1.8z',
  working: 'M4 2.2v11.6L13.6 8z',
  stuck: 'M8 .4 15.6 8 8 15.6.4 8zM7 4v5h2V4zM7 10.2v2h2v-2z',
  away: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 3.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8z',
  'not-begun': 'M3 7h10v2H3z',
  hand: 'M4.9 8.4V3.3a.85.85 0 0 1 1.7 0V7h.4V1.9a.85.85 0 0 1 1.7 0V7h.4V2.7a.85.85 0 0 1 1.7 0V8h.4V4.7a.85.85 0 0 1 1.7 0v5.8c0 2.8-1.9 4.8-4.5 4.8-2.1 0-3.4-1-4.2-2.6L2.1 9.8c-.5-1 .8-1.8 1.5-1.1z',
  held: 'M4.4 7V5.1a3.6 3.6 0 0 1 7.2 0V7h1v7.2H3.4V7zM6.2 7h3.6V5.1a1.8 1.8 0 0 0-3.6 0z',
  lead: 'M3 1.2h1.7v.9h8.6l-2.3 3 2.3 3H4.7v6.7H3z',
  wrong: 'M3.1 4.7 4.7 3.1 8 6.4l3.3-3.3 1.6 1.6L9.6 8l3.3 3.3-1.6 1.6L8 9.6l-3.3 3.3-1.6-1.6L6.4 8z',
  'not-yet':
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 3.1a4.9 4.9 0 1 0 0 9.8 4.9 4.9 0 0 0 0-9.8zM7.2 4.8v3.7l2.7 1.7.8-1.3-1.9-1.2V4.8z',
  unknown:
    'M5 5.2C5.1 3.4 6.3 2.3 8 2.3s3 1 3 2.7c0 1.2-.6 1.8-1.4 2.4-.6.5-.8.8-.8 1.6H7.1c0-1.3.4-1.9 1.2-2.5.6-.5.9-.8.9-1.4 0-.7-.5-1.2-1.2-1.2s-1.2.5-1.3 1.3zM7 10.6h1.9v1.9H7z',
  shared: 'M2 2.5h12v8.7H8.6L5.2 14v-2.8H2zM4 5h8V3.9H4zM4 7.3h8V6.2H4zM4 9.6h5V8.5H4z',
  live: 'M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z',
} as const;

export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

export interface Icon {
  root: SVGSVGElement;
  show(name: IconName): void;
}

/** Nobody hears it: what it means is said beside it. */
export function changingIcon(name: IconName): Icon {
  const root = document.createElementNS(svg, 'svg');
  root.setAttribute('viewBox', '0 0 16 16');
  root.setAttribute('aria-hidden', 'true');
  root.setAttribute('class', 'icon');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('fill-rule', 'evenodd');
  root.append(path);
  let shown: IconName | undefined;
  const show = (wanted: IconName) => {
    if (wanted === shown) return;
    shown = wanted;
    path.setAttribute('d', paths[wanted]);
  };
  show(name);
  return { root, show };
}

export const icon = (name: IconName): SVGSVGElement => changingIcon(name).root;
