import { DRI, EOI, MARKER, RST0, SOF0, SOS } from '../formats/jpeg.ts';
import { segment } from './make-jpeg.ts';
import { realPicture } from './real-picture.ts';

const END = Buffer.from([MARKER, EOI]);
const GREY = [1, 1, 0, 0, 63, 0];
const BLOCK_SIDE = 8;

/** Returns the offset of a segment's marker. */
export function offsetOf(jpeg: Buffer, marker: number): number {
  let at = 2;
  while (jpeg.readUInt8(at + 1) !== marker) at += 2 + jpeg.readUInt16BE(at + 2);
  return at;
}

/** Makes a sequential JPEG with a scan per colour from three grey ones that share their tables. */
export async function inThreeScans(width: number, height: number): Promise<Buffer> {
  const channels = await Promise.all(([0, 1, 2] as const).map((channel) => greyJpeg(width, height, channel)));
  const scans = channels.map((grey, index) =>
    Buffer.concat([segment(SOS, Buffer.from([1, index + 1, 0, 0, 63, 0])), dataOf(grey)]),
  );
  return Buffer.concat([...headOf(channels, width, height, 3), ...scans, END]);
}

/** Makes a grey JPEG with a restart marker behind each row of blocks from JPEGs of one row. */
export async function withRestarts(width: number, rows: number): Promise<Buffer> {
  const all = await Promise.all(Array.from({ length: rows }, () => greyJpeg(width, BLOCK_SIDE, 0)));
  const data = all.map((row, index) =>
    Buffer.concat([dataOf(row), index === rows - 1 ? END : Buffer.from([MARKER, RST0 + (index % 8)])]),
  );
  const interval = segment(DRI, Buffer.from([0, Math.ceil(width / BLOCK_SIDE)]));
  return Buffer.concat([
    ...headOf(all, width, rows * BLOCK_SIDE, 1),
    interval,
    segment(SOS, Buffer.from(GREY)),
    ...data,
  ]);
}

async function greyJpeg(width: number, height: number, channel: 0 | 1 | 2): Promise<Buffer> {
  const picture = realPicture(width, height).extractChannel(channel);
  return picture.jpeg({ optimiseCoding: false, quality: 80 }).toBuffer();
}

function headOf([first = Buffer.alloc(0)]: readonly Buffer[], width: number, height: number, count: number): Buffer[] {
  const frame = offsetOf(first, SOF0);
  const components = Array.from({ length: count }, (_, index) => [index + 1, 0x11, 0]).flat();
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return [
    first.subarray(0, frame),
    segment(SOF0, Buffer.from([8, ...size, count, ...components])),
    first.subarray(frame + 2 + first.readUInt16BE(frame + 2), offsetOf(first, SOS)),
  ];
}

/** Returns the compressed data of the only scan. */
function dataOf(jpeg: Buffer): Buffer {
  const scan = offsetOf(jpeg, SOS);
  return jpeg.subarray(scan + 2 + jpeg.readUInt16BE(scan + 2), -END.length);
}
