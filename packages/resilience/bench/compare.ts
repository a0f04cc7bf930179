import type { BenchRow } from './bench-row.ts';
import { type Contender, type Effort, quantile, timeInTurn } from './rounds.ts';

interface Comparison extends Effort {
  readonly name: string;
  readonly floor: Contender;
  readonly ours: Contender;
  /** The bar: ours takes at most `times` as long as this contender, which may be the floor, plus `plusMs`. */
  readonly against: Contender;
  readonly times: number;
  readonly plusMs?: number;
  readonly alsoPeers?: readonly Contender[];
}

/** Compares ours with the floor and the peers, all in the same rounds. */
export async function compare(comparison: Comparison): Promise<BenchRow> {
  const { name, floor, ours, against, times, plusMs = 0, alsoPeers = [] } = comparison;
  const peers = [...(against === floor ? [] : [against]), ...alsoPeers];
  const [floorRounds = [], oursRounds = [], ...peerRounds] = await timeInTurn([floor, ours, ...peers], comparison);
  const barRounds = against === floor ? floorRounds : (peerRounds[0] ?? []);
  const ratios = oursRounds.map((ms, round) => ms / (barRounds[round] ?? Number.NaN));
  const over = oursRounds.map((ms, round) => ms - times * (barRounds[round] ?? Number.NaN));
  return {
    name,
    unit: 'ms',
    floor: quantile(floorRounds, 0.5),
    ours: quantile(oursRounds, 0.5),
    ratio: quantile(ratios, 0.5),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    bar: `<= ${times} x ${against.name}${plusMs > 0 ? ` + ${plusMs} ms` : ''}`,
    holds: quantile(over, 0.5) <= plusMs,
    peers: peers.map((peer, index) => ({ name: peer.name, value: quantile(peerRounds[index] ?? [], 0.5) })),
  };
}
