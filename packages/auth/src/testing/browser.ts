import nextAuth, { type NextAuthOptions } from 'next-auth';
import type { Auth } from '../auth.ts';

interface Answer {
  status: number;
  /** URL to which a form is sent next. */
  url?: string;
  /** URL to which a browser is redirected. */
  location?: string;
  body?: unknown;
}

/** Serves next-auth's routes: one of our instances, or next-auth with other options. */
type Server = Pick<Auth, 'nextAuthOptions'> & Partial<Pick<Auth, 'endReplacedSession'>>;

/** Longer than any chain of redirects. */
const MAX_REDIRECTS = 10;

/** The part of a browser that signing in needs: it stores cookies and submits next-auth's forms. */
export class Browser {
  #server: Server;
  readonly #origin: string;
  readonly #cookies: Map<string, string>;
  /** All Set-Cookie lines that were received. */
  readonly setCookies: string[] = [];

  constructor(server: Server, origin = 'http://localhost:3000', cookies: Record<string, string> = {}) {
    this.#server = server;
    this.#origin = origin;
    this.#cookies = new Map(Object.entries(cookies));
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async signIn(form: Record<string, unknown>): Promise<Answer> {
    return this.#send('POST', ['callback', 'credentials'], { csrfToken: await this.#csrfToken(), ...form });
  }

  /** Sends later requests to another instance. */
  useServer(server: Server): void {
    this.#server = server;
  }

  /** Submits the form of another service. @returns the URL of its redirect */
  async startOAuth(provider: string, form: Record<string, unknown> = {}): Promise<string> {
    const { url } = await this.#send('POST', ['signin', provider], { csrfToken: await this.#csrfToken(), ...form });
    if (url === undefined) throw new Error('the answer has no URL of the other service');
    return url;
  }

  /** Follows redirects, over other servers and back, up to a page of ours or a URL that `until` matches. */
  async follow(url: string, until = /^$/): Promise<string> {
    let next = new URL(url);
    for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
      const ours = next.origin === this.#origin;
      if (until.test(next.href) || (ours && !next.pathname.startsWith('/api/auth/'))) return next.href;
      const location = ours ? await this.#visit(next) : await redirectOf(next);
      next = new URL(location, next);
    }
    throw new Error(`too many redirects, the last one to ${next.href}`);
  }

  async #visit({ pathname, searchParams }: URL): Promise<string> {
    const { location } = await this.#send('GET', pathname.split('/').slice(3), undefined, searchParams);
    if (location === undefined) throw new Error(`${pathname} does not redirect`);
    return location;
  }

  async signOut(form: Record<string, unknown> = {}): Promise<Answer> {
    return this.#send('POST', ['signout'], { csrfToken: await this.#csrfToken(), ...form });
  }

  /** Posts an entry to the log route, like next-auth's own client. */
  async log(entry: Record<string, unknown>): Promise<Answer> {
    return this.#send('POST', ['_log'], entry);
  }

  async open(page: string, query: Record<string, string>): Promise<Answer> {
    return this.#send('GET', [page], undefined, new URLSearchParams(query));
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

  async #send(
    method: string,
    nextauth: string[],
    form?: Record<string, unknown>,
    query = new URLSearchParams(),
  ): Promise<Answer> {
    // next-auth reads its own origin only from this variable.
    process.env['NEXTAUTH_URL'] = this.#origin;
    const answer: Answer = { status: 200 };
    const before = new Headers({ cookie: this.cookieHeader });
    const headers = new Headers();
    const response = {
      status(status: number) {
        answer.status = status;
        return response;
      },
      getHeader: () => undefined,
      setHeader: (name: string, value: unknown) => {
        if (name === 'Set-Cookie') for (const line of [value].flat()) headers.append(name, String(line));
        if (name === 'Location') answer.location = String(value);
        return response;
      },
      end: () => undefined,
      send: (body: unknown) => void (answer.body = body),
      json: (body: { url: string }) => void (answer.url = body.url),
    };
    const request = {
      method,
      query: { ...Object.fromEntries(query), nextauth },
      headers: {},
      cookies: Object.fromEntries([...this.#cookies].map(([name, value]) => [name, decodeURIComponent(value)])),
      ...(form ? { body: { ...form, json: 'true' } } : {}),
    };
    await handler(request, response, this.#server.nextAuthOptions);
    await this.#server.endReplacedSession?.(before, headers);
    for (const line of headers.getSetCookie()) this.#store(line);
    return answer;
  }

  #store(line: string): void {
    this.setCookies.push(line);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /Max-Age=0/.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

async function redirectOf(url: URL): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`${url.href} does not redirect: ${response.status} ${await response.text()}`);
  return location;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types accept only Next's own request and response
const handler = nextAuth as unknown as (
  request: object,
  response: object,
  options: NextAuthOptions,
) => Promise<unknown>;
