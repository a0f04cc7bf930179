import { parseJson, readSmallBody } from '@plantcommunity/http';
import type { PendingUpload } from '../middleware/pending-upload.ts';

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
    this.json = async () => parseJson(await readSmallBody(original.body));
  }
}
