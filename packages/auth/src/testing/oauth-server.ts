import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The person at the browser, who agrees to every request. */
export interface OAuthPerson {
  /** Digits, as at GitHub. */
  subject: string;
  name?: string;
  email?: string;
  verified?: boolean;
}

/** Claims that replace those of an id token. */
type Tampering = Record<string, unknown>;

export interface OAuthServer {
  readonly origin: string;
  /** Option of `createAuth` that puts this server in place of both services. */
  readonly oauth: Readonly<Record<'github' | 'google', Readonly<{ id: string; secret: string; issuer: string }>>>;
  /** Undefined for a person who refuses. */
  person: OAuthPerson | undefined;
  /** Replaces claims of id tokens. */
  tampering: Tampering;
  /** Signs id tokens with an unknown key. */
  isForging: boolean;
  /** Paths that answer 500. */
  readonly failing: Set<string>;
  /** Scripted replies by path; text is sent unchanged. `hang up` ends the connection. */
  readonly scripted: Map<string, ScriptedReply | 'hang up'>;
  /** All codes, tokens and verifiers that were issued: none of them may be logged. */
  readonly secrets: string[];
  close(): Promise<void>;
}

interface ScriptedReply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Grant {
  clientId: string;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
  person: OAuthPerson;
}

interface Reply {
  status: number;
  body?: unknown;
  location?: string;
}

const CLIENTS = { github: 'github-client', google: 'google-client' };
const SECRETS = { github: 'github-secret+/%', google: 'google-secret-0123456789' };
const refusal = (error: string): Reply => ({ status: 400, body: { error } });

/** Starts a GitHub Enterprise Server and an OpenID provider in one, as strict as the real ones, on loopback http. */
export async function startOAuthServer(): Promise<OAuthServer> {
  const [ours, forged] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, Grant>();
  const accessTokens = new Map<string, OAuthPerson>();
  const failing = new Set<string>();
  const scripted: OAuthServer['scripted'] = new Map();
  const secrets: string[] = [];

  const server = createServer((request, response) => {
    const reply = scripted.get(new URL(request.url ?? '/', origin).pathname);
    if (reply === 'hang up') {
      request.socket.destroy();
      return;
    }
    if (reply !== undefined) {
      const { body = {}, headers = {}, status } = reply;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
      return;
    }
    answer(request).then(
      ({ body = {}, location, status }) =>
        response
          .writeHead(status, { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) })
          .end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;

  const self: OAuthServer = {
    origin,
    oauth: {
      github: { id: CLIENTS.github, secret: SECRETS.github, issuer: `${origin}/login/oauth` },
      // With a trailing slash, as people write it.
      google: { id: CLIENTS.google, secret: SECRETS.google, issuer: `${origin}/` },
    },
    person: undefined,
    tampering: {},
    isForging: false,
    failing,
    scripted,
    secrets,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
  return self;

  async function answer(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin);
    if (failing.has(pathname)) return { status: 500 };
    switch (`${request.method} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return {
          status: 200,
          body: {
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            jwks_uri: `${origin}/jwks`,
          },
        };
      case 'GET /jwks':
        return { status: 200, body: { keys: [jwk] } };
      case 'GET /authorize':
        return searchParams.get('scope')?.split(' ').includes('openid') && searchParams.has('nonce')
          ? authorize(searchParams, CLIENTS.google)
          : refusal('invalid_scope');
      case 'GET /login/oauth/authorize':
        return authorize(searchParams, CLIENTS.github);
      case 'POST /token':
        return exchange(request, 'google');
      case 'POST /login/oauth/access_token':
        return exchange(request, 'github');
      case 'GET /api/v3/user':
        return ifAuthorized(request, ({ name, subject }) => ({
          id: Number(subject),
          login: `login${subject}`,
          name: name ?? null,
        }));
      case 'GET /api/v3/user/emails':
        return ifAuthorized(request, ({ email, verified = true }) => [
          { email: 'another@example.net', primary: false, verified: true },
          ...(email === undefined ? [] : [{ email, primary: true, verified }]),
        ]);
      default:
        return { status: 404 };
    }
  }

  function authorize(query: URLSearchParams, clientId: string): Reply {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    const state = query.get('state') ?? '';
    const isValid =
      query.get('client_id') === clientId &&
      query.get('response_type') === 'code' &&
      query.get('code_challenge_method') === 'S256' &&
      challenge.length === 43 &&
      state.length >= 40 &&
      new URL(redirectUri).pathname.startsWith('/api/auth/callback/');
    if (!isValid) return refusal('invalid_request');
    const location = new URL(redirectUri);
    location.searchParams.set('state', state);
    if (self.person === undefined) {
      location.searchParams.set('error', 'access_denied');
    } else {
      const code = newSecret();
      codes.set(code, { clientId, redirectUri, challenge, nonce: query.get('nonce'), person: self.person });
      location.searchParams.set('code', code);
    }
    return { status: 302, location: location.href };
  }

  async function exchange(request: IncomingMessage, which: keyof typeof CLIENTS): Promise<Reply> {
    const form = new URLSearchParams(await text(request));
    const [, basic = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const credentials = Buffer.from(basic, 'base64').toString().split(':').map(decodeForm);
    if (credentials[0] !== CLIENTS[which] || credentials[1] !== SECRETS[which]) {
      return { status: 401, body: { error: 'invalid_client' } };
    }
    const grant = codes.get(form.get('code') ?? '');
    // A code can be used once.
    codes.delete(form.get('code') ?? '');
    const verifier = form.get('code_verifier') ?? '';
    secrets.push(verifier);
    const isValid =
      grant !== undefined &&
      form.get('grant_type') === 'authorization_code' &&
      grant.clientId === CLIENTS[which] &&
      grant.redirectUri === form.get('redirect_uri') &&
      grant.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!isValid) return refusal('invalid_grant');
    const accessToken = newSecret();
    accessTokens.set(accessToken, grant.person);
    const body = { access_token: accessToken, token_type: which === 'github' ? 'bearer' : 'Bearer', expires_in: 3_600 };
    return { status: 200, body: which === 'github' ? body : { ...body, id_token: await idToken(grant) } };
  }

  async function idToken({ clientId, nonce, person }: Grant): Promise<string> {
    const { email, name, subject, verified = true } = person;
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: origin, aud: clientId, sub: subject, iat: now, exp: now + 3_600, nonce };
    const token = await new SignJWT({ ...claims, name, email, email_verified: verified, ...self.tampering })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign((self.isForging ? forged : ours).privateKey);
    secrets.push(token);
    return token;
  }

  function ifAuthorized(request: IncomingMessage, bodyOf: (person: OAuthPerson) => unknown): Reply {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const person = accessTokens.get(token);
    return person === undefined ? { status: 401 } : { status: 200, body: bodyOf(person) };
  }

  function newSecret(): string {
    const secret = randomBytes(24).toString('base64url');
    secrets.push(secret);
    return secret;
  }
}

/** RFC 6749, 2.3.1: id and secret are form-encoded before they are put together. */
function decodeForm(value: string): string {
  return decodeURIComponent(value.replaceAll('+', ' '));
}
