import { readFileSync, statSync } from 'node:fs';

/** Maximum size of a secret: a private key has 3 kB, and a larger file was named by mistake. */
const MAX_BYTES = 64 * 1024;

/** Reads a mounted secret without its final line feed. A problem names the path, never the content. */
export function readSecretFile(path: string): { text: string } | { problem: string } {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { problem: `names ${path}, which is a folder` };
    // Reading a pipe without a writer would never return.
    if (!stat.isFile()) return { problem: `names ${path}, which is not a regular file` };
    if (stat.size > MAX_BYTES) return { problem: `names ${path}, which is larger than ${MAX_BYTES / 1024} kB` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)).replace(/\r?\n$/, '');
    return text.trim() === '' ? { problem: `names ${path}, which is empty` } : { text };
  } catch (error) {
    return { problem: `names ${path}, ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'which does not exist';
    case 'EACCES':
    case 'EPERM':
      return `which user ${process.getuid?.() ?? 'of this process'} may not read`;
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'which is not UTF-8 text';
    default:
      return `which cannot be read (${typeof code === 'string' ? code : 'unknown error'})`;
  }
}
