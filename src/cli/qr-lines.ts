/** A QR code in half blocks, dark on light whatever the terminal's colours are, so that every camera reads it. */
export async function qrLines(text: string): Promise<string[]> {
  const { default: encodeQR } = await import('qr');
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 2 });
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const upper = modules[row] ?? [];
    const lower = modules[row + 1] ?? [];
    const cells = upper.map((isDark, column) => halves[isDark ? 1 : 0][lower[column] ? 1 : 0]);
    lines.push(`\u001b[30;107m${cells.join('')}\u001b[0m`);
  }
  return lines;
}

/** By the upper half, then the lower: the ink is the dark. */
const halves = [
  [' ', '▄'],
  ['▀', '█'],
] as const;
