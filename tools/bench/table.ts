import type { BenchRow } from './bench-row.ts';

const HEAD = ['row', 'floor', 'ours', 'ratio', 'spread', 'bar'];

/** @param ms milliseconds @returns in the unit that leaves one to three digits before the point */
function duration(ms: number): string {
  if (ms >= 1) return `${ms.toFixed(2)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toFixed(2)} us` : `${(ms * 1_000_000).toFixed(0)} ns`;
}

const FIGURES: Readonly<Record<BenchRow['unit'], (value: number) => string>> = {
  ms: duration,
  MB: (megabytes) => `${megabytes.toFixed(0)} MB`,
  loads: (count) => (count === 1 ? '1 load' : `${count} loads`),
};

const cellsOf = ({ name, unit, floor, ours, ratio, lowest, highest, bar, holds }: BenchRow): string[] => [
  name,
  FIGURES[unit](floor),
  FIGURES[unit](ours),
  ratio.toFixed(2),
  `${lowest.toFixed(2)} to ${highest.toFixed(2)}`,
  `${bar} ${holds ? 'holds' : 'MISSED'}`,
];

/** The rows in columns, below each the peers with their figures in the column of ours. */
export function tableOf(rows: readonly BenchRow[]): string {
  const lines = rows.flatMap((row) => [
    cellsOf(row),
    ...row.peers.map(({ name, value }) => [`  ${name}`, '', FIGURES[row.unit](value)]),
  ]);
  const table = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
