// Sizes for people: decimal units, as ostree and apt print them.

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `999 bytes`, `1.5 kB`, `27.0 MB`. */
export function formatBytes(bytes: number): string {
  const magnitude = Math.abs(bytes);
  if (magnitude < 1000) return `${bytes} ${magnitude === 1 ? 'byte' : 'bytes'}`;
  let value = magnitude / 1000;
  let unit = 0;
  // 999.95 would round to 1000.0 of the same unit
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${bytes < 0 ? '-' : ''}${value.toFixed(1)} ${UNITS[unit]}`;
}
