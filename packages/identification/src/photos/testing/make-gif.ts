interface Size {
  width: number;
  height: number;
}

/** LZW data of one pixel: clear, colour 0, end. */
const PIXEL = [0x02, 0x02, 0x44, 0x01, 0x00];
const TRAILER = 0x3b;

/** Makes a GIF whose header and frames may have different canvases. */
export function makeGif(canvas: Size, frames: readonly Size[] = [{ width: 1, height: 1 }]): Buffer {
  const header = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  header.writeUInt16LE(canvas.width, 6);
  header.writeUInt16LE(canvas.height, 8);
  return Buffer.concat([header, ...frames.map(frame), Buffer.from([TRAILER])]);
}

function frame({ width, height }: Size): Buffer {
  const descriptor = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...PIXEL]);
  descriptor.writeUInt16LE(width, 5);
  descriptor.writeUInt16LE(height, 7);
  return descriptor;
}
