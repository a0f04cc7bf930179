export interface Size {
  width: number;
  height: number;
}

/** Makes a WebP of these chunks. */
export function makeWebp(...chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...chunks]);
  return riffChunk('RIFF', body);
}

export function riffChunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + data.length + (data.length % 2));
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32LE(data.length, 4);
  data.copy(bytes, 8);
  return bytes;
}

/** Makes the start of a lossless picture: enough to read its size. */
export function lossless({ width, height }: Size): Buffer {
  const data = Buffer.alloc(6);
  data[0] = 0x2f;
  data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  return riffChunk('VP8L', data);
}

/** Makes the start of a lossy key frame. */
export function lossy({ width, height }: Size): Buffer {
  const data = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0]);
  data.writeUInt16LE(width, 6);
  data.writeUInt16LE(height, 8);
  return riffChunk('VP8 ', data);
}

export function extended(canvas: Size): Buffer {
  const data = Buffer.alloc(10);
  data[0] = 0x02;
  data.writeUIntLE(canvas.width - 1, 4, 3);
  data.writeUIntLE(canvas.height - 1, 7, 3);
  return riffChunk('VP8X', data);
}

export function animationFrame(size: Size): Buffer {
  const data = Buffer.alloc(16);
  data.writeUIntLE(size.width - 1, 6, 3);
  data.writeUIntLE(size.height - 1, 9, 3);
  return riffChunk('ANMF', Buffer.concat([data, lossless(size)]));
}
