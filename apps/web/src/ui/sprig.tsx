import { type Leaf, margin, veins } from './leaf.ts';
import styles from './sprig.module.css';

/** The stem, from its cut end to its tip, bent like something that was pressed. */
const STEM = { from: [118, 588], bend: [128, 330], to: [134, 92] } as const;
const PAIRS = 10;

function onStem(t: number): { x: number; y: number } {
  const blend = (axis: 0 | 1) =>
    (1 - t) ** 2 * STEM.from[axis] + 2 * t * (1 - t) * STEM.bend[axis] + t * t * STEM.to[axis];
  return { x: blend(0) + 9 * Math.sin(t * Math.PI * 1.5), y: blend(1) };
}

/** Pairs of leaves, nearly opposite, short at both ends and steeper towards the tip, each a little off the rule. */
const LEAVES: readonly Leaf[] = [
  ...Array.from({ length: PAIRS }, (_, pair) => pair / (PAIRS - 1)).flatMap((t, pair) =>
    [-1, 1].map((side): Leaf => {
      const off = Math.sin(pair * 7.3 + side * 2.1);
      const at = onStem(0.24 + 0.7 * t + side * 0.008);
      const length = (48 + 64 * Math.sin(Math.PI * (0.2 + 0.72 * t)) ** 1.3) * (1 + 0.05 * off);
      const lift = 0.36 + 0.62 * t ** 1.2 + 0.05 * off;
      return { ...at, angle: side > 0 ? -lift : Math.PI + lift, length, bend: side * (-0.07 + 0.03 * off) };
    }),
  ),
  { ...onStem(0.985), angle: -1.28, length: 66, bend: 0.05 },
];

const stem = Array.from({ length: 13 }, (_, i) => onStem(i / 12))
  .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
  .join('');
/** One path a leaf, so that each covers what lies under it. */
const leaves = LEAVES.map((leaf) => margin(leaf) + veins(leaf));

/** A drawn sprig: decoration for an empty sheet. */
export function Sprig() {
  return (
    <svg className={styles['sprig']} viewBox="38 38 198 554" aria-hidden="true">
      <path d={stem} className={styles['stem']} />
      {leaves.map((d) => (
        <path key={d.slice(0, 16)} d={d} />
      ))}
    </svg>
  );
}
