export interface Leaf {
  /** Where it leaves the stem. */
  x: number;
  y: number;
  /** Radians; 0 points right, negative up. */
  angle: number;
  length: number;
  /** Bends the midrib to the right (positive) or left, as a share of the length. */
  bend: number;
}

type Point = readonly [number, number];

/** Half of its breadth, as a share of its length. */
const WIDTH = 0.175;
const number = (value: number) => String(Math.round(value * 10) / 10);
const step = (from: Point, to: Point) => `${number(to[0] - from[0])} ${number(to[1] - from[1])}`.replace(' -', '-');

/** A leaf's place `along` its midrib (0 to 1) and `aside` of it (-1 to 1, its margins), on the page. */
function place({ x, y, angle, length, bend }: Leaf, along: number, aside: number): Point {
  const across = aside * WIDTH * length * Math.sin(Math.PI * along ** 0.82) ** 0.9 + bend * length * along * along;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x + along * length * cos - across * sin, y + along * length * sin + across * cos];
}

/** Its serrated margin: small arcs up one side and down the other. */
export function margin(leaf: Leaf): string {
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

/** Its midrib and side veins, which rise towards the tip and stop short of the margin. */
export function veins(leaf: Leaf): string {
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
