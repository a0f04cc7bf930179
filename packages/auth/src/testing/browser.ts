import nextAuth, { type NextAuthOptions } from 'next-auth';

interface Answer {
  status: number;
  /** Where a form would be led to. */
  url?: string;
  body?: unknown;
}

/** As much of a browser as signing in needs: it keeps cookies and sends next-auth's forms back. */
export class Browser {
  readonly #options: NextAuthOptions;
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();
  /** Every Set-Cookie line so far. */
  readonly setCookies: string[] = [];

  constructor(options: NextAuthOptions, origin = 'http://localhost:3000') {
    this.#options = options;
    this.#origin = origin;
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async signIn(form: Record<string, unknown>): Promise<Answer> {
    return this.#send('POST', ['callback', 'credentials'], { csrfToken: await this.#csrfToken(), ...form });
  }

  async signOut(): Promise<Answer> {
    return this.#send('POST', ['signout'], { csrfToken: await this.#csrfToken() });
  }

  async session(): Promise<object> {
    const { body } = await this.#send('GET', ['session']);
    if (typeof body !== 'object' || body === null) throw new Error('no session in the answer');
    return body;
  }

  async #csrfToken(): Promise<unknown> {
    const { body } = await this.#send('GET', ['csrf']);
    return typeof body === 'object' && body !== null && 'csrfToken' in body ? body.csrfToken : undefined;
  }

  async #send(method: string, nextauth: string[], form?: Record<string, unknown>): Promise<Answer> {
    // next-auth reads its own origin from here, and only from here.
    process.env['NEXTAUTH_URL'] = this.#origin;
    const answer: Answer = { status: 200 };
    const response = {
      status(status: number) {
        answer.status = status;
        return response;
      },
      getHeader: () => undefined,
      setHeader: (name: string, value: unknown) => {
        if (name === 'Set-Cookie') for (const line of [value].flat()) this.#keep(String(line));
        return response;
      },
      send: (body: unknown) => void (answer.body = body),
      json: (body: { url: string }) => void (answer.url = body.url),
    };
    const request = {
      method,
      query: { nextauth },
      headers: {},
      cookies: Object.fromEntries([...this.#cookies].map(([name, value]) => [name, decodeURIComponent(value)])),
      ...(form ? { body: { ...form, json: 'true' } } : {}),
    };
    await handler(request, response, this.#options);
    return answer;
  }

  #keep(line: string): void {
    this.setCookies.push(line);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /Max-Age=0/.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types know Next's own request and response only
const handler = nextAuth as unknown as (
  request: object,
  response: object,
  options: NextAuthOptions,
) => Promise<unknown>;
