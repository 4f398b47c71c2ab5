// Figures as a table for people, or as one JSON object a line for programs.

import { type Figure, isReached, type Unit } from './figure.js';

export function jsonLine(figure: Figure): string {
  const { name, value, unit, target, low, high, samples } = figure;
  const ok = isReached(figure);
  return JSON.stringify({ name, value: round(value), unit, target, ok, low: round(low), high: round(high), samples });
}

const HEADINGS = ['figure', 'value', 'target', '', 'lowest', 'highest', 'samples'] as const;

export function table(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => pad(cell, column, widths)).join('  ')}\n`).join('');
}

function cells(figure: Figure): readonly string[] {
  const { name, value, unit, target, low, high, samples } = figure;
  return [
    name,
    text(value, unit),
    target === null ? '-' : `<= ${text(target, unit)}`,
    target === null ? '' : isReached(figure) ? 'ok' : 'MISSED',
    text(low, unit),
    text(high, unit),
    String(samples),
  ];
}

/** Names to the left, figures to the right. */
function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 || column === 3 ? cell.padEnd(width) : cell.padStart(width);
}

function text(value: number, unit: Unit): string {
  return unit === 'ratio' ? String(round(value)) : `${round(value)} ${unit}`;
}

/** Three digits that mean something. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
