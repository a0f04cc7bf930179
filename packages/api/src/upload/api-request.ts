import { ApiError } from '../errors/api-error.ts';
import type { PendingUpload } from './pending-upload.ts';

const MAX_JSON_BYTES = 64 * 1024;

/**
 * The request as tRPC is handed it: its multipart body is read by whoever needs it, when it is needed, and its JSON
 * body never beyond 64 kB.
 */
export class ApiRequest extends Request {
  override readonly formData: () => Promise<FormData>;
  override readonly json: () => Promise<unknown>;

  constructor(original: Request, upload: PendingUpload) {
    super(original.url, { method: original.method, headers: original.headers, signal: original.signal });
    this.formData = async () => upload;
    this.json = () => readJson(original.body);
  }
}

async function readJson(body: ReadableStream<Uint8Array> | null): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_JSON_BYTES) throw new ApiError('invalid_request', 'The body is larger than 64 kB.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
