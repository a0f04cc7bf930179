import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../root.ts';
import type { BenchRow, Figure } from './bench-row.ts';

interface Report {
  rows: BenchRow[];
  /** Which rows are missing and why; empty when none are. */
  leftOut: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isFigure = (value: unknown): value is Figure =>
  isRecord(value) && typeof value['name'] === 'string' && typeof value['value'] === 'number';

const NUMBERS = ['floor', 'ours', 'ratio', 'lowest', 'highest'] as const;

function isRow(value: unknown): value is BenchRow {
  if (!isRecord(value) || !NUMBERS.every((key) => typeof value[key] === 'number')) return false;
  const { name, unit, bar, holds, peers } = value;
  const isNamed = typeof name === 'string' && typeof bar === 'string' && typeof holds === 'boolean';
  return isNamed && (unit === 'ms' || unit === 'loads') && Array.isArray(peers) && peers.every(isFigure);
}

function isReport(value: unknown): value is Report {
  if (!isRecord(value) || typeof value['leftOut'] !== 'string') return false;
  return Array.isArray(value['rows']) && value['rows'].every(isRow);
}

/** The resilience package's own bench, in a process of its own: it needs neither the web app nor anything of ours. */
export async function resilienceRows(say: (text: string) => void): Promise<Report> {
  say('Measuring the resilience package ...');
  const main = join(root, 'packages/resilience/bench/main.ts');
  const child = spawn(process.execPath, [...process.execArgv, main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const report: unknown = JSON.parse(await text(child.stdout));
  if (!isReport(report)) throw new Error('The bench of the resilience package printed something else than rows');
  return report;
}
