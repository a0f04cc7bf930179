export interface JpegShape {
  width: number;
  height: number;
  progressive?: boolean;
  /** Horizontal and vertical sampling of each component; 4:2:0 unless given. */
  sampling?: readonly (readonly [number, number])[];
  scans?: number;
  /** Ss, Se and Ah/Al of each scan; those of a sequential one unless given. */
  range?: readonly [number, number, number];
  /** Compressed data of each scan. */
  entropy?: Buffer;
}

const SOI = Buffer.from([0xff, 0xd8]);
const EOI = Buffer.from([0xff, 0xd9]);

/** Makes a JPEG with valid structure but no decodable picture. */
export function makeJpeg({ width, height, progressive = false, ...shape }: JpegShape): Buffer {
  const sampling = shape.sampling ?? [
    [2, 2],
    [1, 1],
    [1, 1],
  ];
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, sampling.length];
  for (const [index, [across, down]] of sampling.entries()) frame.push(index + 1, (across << 4) | down, 0);
  const selectors = sampling.flatMap((_, index) => [index + 1, 0]);
  const scan = Buffer.concat([
    segment(0xda, Buffer.from([sampling.length, ...selectors, ...(shape.range ?? [0, 63, 0])])),
    shape.entropy ?? Buffer.from([0x2a]),
  ]);
  const scans = Array.from({ length: shape.scans ?? 1 }, () => scan);
  return Buffer.concat([SOI, segment(progressive ? 0xc2 : 0xc0, Buffer.from(frame)), ...scans, EOI]);
}

export function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}
