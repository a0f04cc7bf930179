import { Agent, request } from 'node:http';

/** Connection of one caller, which is kept open between uploads. */
export const connection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 });

const shared = connection();

export interface Upload {
  type: string;
  body: Buffer;
  /** Address of the caller, as a proxy tells it. */
  from?: string;
}

/** A multipart body with one photo, as browsers and curl send it. */
export function uploadOf(photo: Buffer, mediaType = 'image/jpeg'): Upload {
  const boundary = 'plantcommunity-bench-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\nContent-Type: ${mediaType}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), photo, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** Sends it and reads the whole answer. @throws unless it has the expected status */
export function send(
  url: string,
  { type, body, from }: Upload,
  expected = 200,
  agent: Agent = shared,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': type,
      'Content-Length': body.length,
      ...(from !== undefined && { 'X-Forwarded-For': from }),
    };
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === expected) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
