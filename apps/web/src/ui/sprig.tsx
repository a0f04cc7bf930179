import styles from './sprig.module.css';

interface Leaf {
  /** Base of the leaf on the stem. */
  x: number;
  y: number;
  /** Radians; 0 points right, negative up. */
  angle: number;
  length: number;
  /** Bends the midrib to the right (positive) or left, as a share of the length. */
  bend: number;
}

type Point = readonly [number, number];

/** Half of a leaf's breadth, as a share of its length. */
const WIDTH = 0.175;
const number = (value: number) => String(Math.round(value * 10) / 10);
const step = (from: Point, to: Point) => `${number(to[0] - from[0])} ${number(to[1] - from[1])}`.replace(' -', '-');

/** Returns the point `along` the midrib (0 to 1) and `aside` of it (-1 to 1, the margins). */
function place({ x, y, angle, length, bend }: Leaf, along: number, aside: number): Point {
  const across = aside * WIDTH * length * Math.sin(Math.PI * along ** 0.82) ** 0.9 + bend * length * along * along;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x + along * length * cos - across * sin, y + along * length * sin + across * cos];
}

/** Draws the serrated margin: small arcs up one side and down the other. */
function margin(leaf: Leaf): string {
  const teeth = Math.max(5, Math.round(leaf.length / 12));
  const stops = [
    ...Array.from({ length: teeth }, (_, i) => ({ along: (i + 1) / teeth, side: 1 })),
    ...Array.from({ length: teeth }, (_, i) => ({ along: 1 - (i + 1) / teeth, side: -1 })),
  ];
  let from = place(leaf, 0, 0);
  let path = `M${number(from[0])} ${number(from[1])}`;
  for (const { along, side } of stops) {
    const to = place(leaf, along, side);
    const swell = place(leaf, along - (side * 0.5) / teeth, side * 1.18);
    path += `q${step(from, swell)} ${step(from, to)}`;
    from = to;
  }
  return `${path}z`;
}

/** Draws the midrib and the side veins, which rise towards the tip and stop short of the margin. */
function veins(leaf: Leaf): string {
  const base = place(leaf, 0, 0);
  const middle = place(leaf, 0.5, 0);
  let path = `M${number(base[0])} ${number(base[1])}Q${middle.map(number).join(' ')} ${place(leaf, 0.96, 0).map(number).join(' ')}`;
  const pairs = Math.max(3, Math.round(leaf.length / 17));
  for (let i = 1; i <= pairs; i += 1) {
    const along = 0.1 + (0.66 * i) / pairs;
    const start = place(leaf, along, 0);
    for (const side of [1, -1]) {
      path += `M${start.map(number).join(' ')}l${step(start, place(leaf, along + 0.13, side * 0.82))}`;
    }
  }
  return path;
}

/** The stem, from its cut end to its tip, with the bend of a pressed plant. */
const STEM = { from: [118, 588], bend: [128, 330], to: [134, 92] } as const;
const PAIRS = 10;

function onStem(t: number): { x: number; y: number } {
  const blend = (axis: 0 | 1) =>
    (1 - t) ** 2 * STEM.from[axis] + 2 * t * (1 - t) * STEM.bend[axis] + t * t * STEM.to[axis];
  return { x: blend(0) + 9 * Math.sin(t * Math.PI * 1.5), y: blend(1) };
}

/** Pairs of leaves, nearly opposite, short at both ends and steeper towards the tip, each slightly irregular. */
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
/** One path per leaf, so that each leaf covers those below. */
const leaves = LEAVES.map((leaf) => margin(leaf) + veins(leaf));

/** Draws a sprig. Decoration of an empty sheet. */
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
