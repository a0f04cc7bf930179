import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExifTool } from 'exiftool-vendored';

/** What exiftool says of the file itself, and of the picture in it. */
const ABOUT_THE_FILE = /^(SourceFile$|errors$|warnings$|ExifTool:|File:|Composite:(ImageSize|Megapixels)$)/;

/** Why metadata cannot be read here; undefined when they can. */
export const missingExiftool = existsSync('/usr/bin/perl') ? undefined : 'exiftool needs /usr/bin/perl';

export interface MetadataReader {
  /** Returns the names of all tags of a photo, unknown ones too, that are not about the file itself. */
  tagsOf(bytes: Buffer): Promise<string[]>;
  end(): Promise<void>;
}

/** Starts exiftool, which runs until the end of the reader. */
export function startMetadataReader(): MetadataReader {
  const exiftool = new ExifTool({ maxProcs: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'metadata-'));
  return {
    async tagsOf(bytes) {
      const file = join(folder, 'photo');
      writeFileSync(file, bytes);
      const tags = await exiftool.readRaw(file, { readArgs: ['-G0:1', '-a', '-u'] });
      return Object.keys(tags).filter((tag) => !ABOUT_THE_FILE.test(tag));
    },
    async end() {
      await exiftool.end();
      rmSync(folder, { recursive: true });
    },
  };
}
