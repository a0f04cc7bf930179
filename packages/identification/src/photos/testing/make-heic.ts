import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ENCODER = '/usr/bin/heif-enc';

/** Why HEIC photos cannot be made here; undefined when they can. */
export const missingHeicEncoder = existsSync(ENCODER) ? undefined : `${ENCODER} (Debian: libheif-examples) is missing`;

/** Encodes a PNG as HEIC, with its colour profile. */
export function encodeHeic(png: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'heic-'));
  try {
    const [from, to] = [join(folder, 'photo.png'), join(folder, 'photo.heic')];
    writeFileSync(from, png);
    execFileSync(ENCODER, ['--quality', '90', '--output', to, from], { stdio: 'ignore' });
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
