/** Whether a JPEG has neither application segments (EXIF, XMP, ICC …) nor comments in front of its scan. */
export function isBare(jpeg: Buffer): boolean {
  for (let at = 2; jpeg.readUInt8(at + 1) !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg.readUInt8(at + 1) >= 0xe0) return false;
  }
  return true;
}
