import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { BrowserContext, Page } from '@playwright/test';
import { expect } from '../fixtures/development.ts';
import { ADMIN } from '../fixtures/production.ts';
import { type Answer, OWN_PAGE, requestSender, signIn } from '../fixtures/send-request.ts';
import { APP, type Mode, PARTNER, type Site, startSites } from '../fixtures/sites.ts';
import { test } from '../fixtures/with-services.ts';

let sites: Awaited<ReturnType<typeof startSites>>;
test.beforeAll(async ({ services, simulator }) => {
  sites = await startSites({ services, simulator });
});
test.afterAll(() => sites.stop());

const IDENTIFY = '/api/v1/plant-identification/identify';
const SIGN_OUT = '/api/trpc/v1.account.signOutEverywhere';
const FOREIGN = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };

const PAGES = [
  '/',
  '/identify',
  '/history',
  '/login',
  '/register',
  '/account',
  '/admin',
  '/docs',
  '/docs/migrate-to-v1',
  '/docs/reference',
  '/docs/reference/licences',
  '/nothing/here',
];
/** Paths that are answered for every host. */
const PROBES = ['/api/health/live', '/api/health/ready'];
const API = [
  `${IDENTIFY}/health`,
  '/api/trpc/v1.plantIdentification.health',
  '/api/trpc/nothing',
  '/api/auth/session',
  '/api/auth/csrf',
  '/api/v1/auth/me',
  ...PROBES,
  '/api/nothing',
  '/api',
];
const FILES = ['/icon.svg', '/favicon.ico', '/_next/static/nothing.js', '/_next/image?url=%2Ficon.svg&w=64&q=75'];

/** Returns the path of a script that a page of the app loads. */
async function scriptOf({ ask }: Site): Promise<string> {
  const script = /"(\/_next\/static\/[^"]+\.js)"/.exec((await ask('/')).body)?.[1];
  expect((await ask(script ?? '')).headers['content-type']).toContain('javascript');
  return script ?? '';
}

/** Sends exactly these bytes and returns the whole answer. */
function exchange(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

const endsSession = ({ headers }: Answer) => /session=;/.test((headers['set-cookie'] ?? []).join());

for (const mode of ['development', 'production'] as const satisfies Mode[]) {
  test.describe(mode, () => {
    test('unknown hosts are refused on every path', async () => {
      const site = sites[mode];
      const ownHost = mode === 'development' ? 'localhost' : 'plants.example';
      const headers = { Host: 'evil.example', 'X-Forwarded-Host': ownHost, Forwarded: `host=${ownHost}` };
      const apiPaths = API.filter((path) => !PROBES.includes(path));
      for (const path of [...PAGES, ...apiPaths, ...FILES, await scriptOf(site), '/admin.rsc', '/%ff', '//x']) {
        const { body, status } = await site.ask(path, { headers });
        expect({ path, status, body }).toEqual({
          path,
          status: 400,
          body: expect.stringContaining('"code":"unknown_host"'),
        });
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE']) {
        const { status } = await site.ask('/api/v1/auth/me', { method, headers });
        expect({ method, status }).toEqual({ method, status: 400 });
      }
    });

    test('probes are answered for every host and without a host, and no host reaches the answer', async () => {
      const { app } = sites[mode];
      const hosts = ['10.0.1.85:3100', '[fd00::1]:3000', 'evil.example', 'plant_web', 'a b', '@evil.example', ''];
      const heads = [
        ...hosts.map((host) => `HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example`),
        'HTTP/1.1',
        'HTTP/1.0',
        'HTTP/1.0\r\nHost: evil.example',
      ];
      for (const path of [...PROBES, ...PROBES.map((probe) => `${probe}/`), 'http://evil.example/api/health/live']) {
        for (const head of heads) {
          for (const method of ['GET', 'HEAD']) {
            const answer = await exchange(app.url, `${method} ${path} ${head}\r\nConnection: close\r\n\r\n`);
            const [statusLine] = answer.split('\r\n', 1);
            expect({ path, head, statusLine }).toEqual({ path, head, statusLine: 'HTTP/1.1 200 OK' });
            expect(answer).not.toMatch(/evil|10\.0\.1\.85|fd00:|plant_web|a b|^location:/im);
          }
        }
      }
      const two = 'Host: a.example\r\nHost: b.example';
      const refused = await exchange(app.url, `GET /api/health/live HTTP/1.1\r\n${two}\r\nConnection: close\r\n\r\n`);
      expect(refused).toMatch(/^HTTP\/1\.1 400 /);
      expect(app.output()).not.toContain('Unhandled error');
    });

    test('every answer has the security headers', async () => {
      const site = sites[mode];
      const script = await scriptOf(site);
      const all = [...PAGES, ...API, ...FILES, script, '/%ff', '//x', '/api/auth/signout', '/api/auth/error'];
      for (const path of all) {
        const { headers, status } = await site.ask(path);
        expect({ path, ...headers }).toMatchObject({
          path,
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'strict-origin-when-cross-origin',
          'permissions-policy': 'camera=(self), geolocation=(self), microphone=()',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        });
        const { server, 'strict-transport-security': transport, 'x-powered-by': poweredBy } = headers;
        expect({ path, failed: status >= 500, transport, server, poweredBy }).toEqual({
          path,
          failed: false,
          transport: mode === 'production' ? 'max-age=31536000; includeSubDomains' : undefined,
          server: undefined,
          poweredBy: undefined,
        });
      }
      const photo = `/api/v1/plant-identification/identifications/${site.identificationId}/photos/1`;
      const shown = await site.ask(photo, { headers: { Cookie: site.anna } });
      expect(shown.status).toBe(200);
      expect(shown.headers['content-security-policy']).toBe("default-src 'none'; sandbox; frame-ancestors 'none'");
      for (const path of API.filter((each) => each !== '/api')) {
        const policy = (await site.ask(path)).headers['content-security-policy'];
        expect({ path, policy }).toEqual({ path, policy: "default-src 'none'; frame-ancestors 'none'" });
      }
    });

    test('a page allows scripts only with its nonce, a new one for each request', async () => {
      const { anna, ask, identificationId } = sites[mode];
      const nonces = new Set<string>();
      for (const path of [...PAGES, `/history/${identificationId}`]) {
        const { body, headers } = await ask(path, { headers: { Cookie: anna } });
        const policy = String(headers['content-security-policy']);
        const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
        const scripts = /script-src ([^;]*)/.exec(policy)?.[1];
        expect({ path, scripts }).toEqual({ path, scripts: `'self' 'nonce-${nonce}' 'strict-dynamic'` });
        // The viewer of the API reference writes style sheets into its page.
        const styles = path === '/docs/reference' ? "style-src 'self' 'unsafe-inline';" : "style-src 'self';";
        expect({ path, policy }).toEqual({ path, policy: expect.stringContaining(styles) });
        const tags = body.match(/<script\b[^>]*>/g) ?? [];
        const without = tags.filter((tag) => !tag.includes(`nonce="${nonce}"`));
        expect({ path, without }).toEqual({ path, without: [] });
        nonces.add(nonce);
      }
      expect(nonces.size).toBe(PAGES.length + 1);
    });

    test('neither a foreign page nor a program with cookies changes state', async () => {
      const { annasAccount, ask } = sites[mode];
      // A session of this test alone, which ends with every copy of its cookie.
      const anna = await signIn(ask, annasAccount);
      const signedIn = async () =>
        (await ask('/api/v1/plant-identification/identifications', { headers: { Cookie: anna } })).status;
      const post = (path: string, type: string, headers: Record<string, string>, body = '') =>
        ask(path, { method: 'POST', headers: { Cookie: anna, 'Content-Type': type, ...headers }, body });
      const form = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n';
      const types = ['multipart/form-data; boundary=x', 'application/octet-stream', 'application/json'];

      for (const headers of [FOREIGN, { Origin: 'null' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: APP }]) {
        for (const type of types) {
          const { body, status } = await post(SIGN_OUT, type, headers, type.includes('json') ? '{}' : form);
          expect({ type, headers, status }).toEqual({ type, headers, status: 403 });
          expect(body).toContain('foreign_origin');
        }
        const { status } = await post('/api/auth/signout', 'application/x-www-form-urlencoded', headers, 'a=b');
        expect({ headers, status }).toEqual({ headers, status: 403 });
        const action = await post('/login', 'text/plain', { ...headers, 'Next-Action': '0'.repeat(42) }, '[]');
        expect({ headers, action: action.status }).toEqual({ headers, action: 403 });
      }
      for (const type of types) {
        const { status } = await post(SIGN_OUT, type, {}, type.includes('json') ? '{}' : form);
        expect({ type, refused: [400, 401].includes(status) }).toEqual({ type, refused: true });
      }
      expect(await signedIn()).toBe(200);

      // The form token of next-auth is not enough: without cookies it matches nothing.
      const csrf = await ask('/api/auth/csrf', { headers: { Cookie: anna } });
      const { csrfToken } = JSON.parse(csrf.body) as { csrfToken: string };
      const body = new URLSearchParams({ csrfToken, json: 'true' }).toString();
      const signOut = (headers: Record<string, string>) =>
        post('/api/auth/signout', 'application/x-www-form-urlencoded', headers, body);
      expect(endsSession(await signOut({}))).toBe(false);
      expect(endsSession(await signOut({ Authorization: 'Bearer abc', ...OWN_PAGE }))).toBe(false);
      expect(await signedIn()).toBe(200);
      expect(endsSession(await signOut(OWN_PAGE))).toBe(true);
      expect(await signedIn()).toBe(401);
    });

    test('only listed origins may read the API, and only trusted origins with cookies', async () => {
      const { ask } = sites[mode];
      const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };
      const cors = ({ headers }: Answer) =>
        Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

      for (const path of [IDENTIFY, '/api/trpc/v1.plantIdentification.identify', '/api/nothing']) {
        const granted = await ask(path, { method: 'OPTIONS', headers: { Origin: APP, ...preflight } });
        expect({ path, status: granted.status }).toEqual({ path, status: 204 });
        expect(cors(granted)).toEqual({
          'access-control-allow-origin': APP,
          'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
          'access-control-allow-headers': 'Authorization, Content-Type, X-Request-Id, Idempotency-Key, X-CSRFToken',
          'access-control-max-age': '600',
        });
        const denied = await ask(path, {
          method: 'OPTIONS',
          headers: { Origin: 'https://evil.example', ...preflight },
        });
        expect({ path, cors: cors(denied) }).toEqual({ path, cors: {} });
        const plain = await ask(path, { method: 'OPTIONS' });
        expect({ path, cors: cors(plain) }).toEqual({ path, cors: {} });
        expect([204, 404, 405]).toContain(plain.status);
      }
      // These answer 200, 404 and 401.
      for (const path of [`${IDENTIFY}/health`, '/api/nothing', '/api/v1/auth/me']) {
        const answer = await ask(path, { headers: { Origin: APP } });
        expect(cors(answer)['access-control-allow-origin']).toBe(APP);
        expect(cors(answer)['access-control-expose-headers']).toContain('RateLimit, RateLimit-Policy, Retry-After');
        expect(cors(answer)).not.toHaveProperty('access-control-allow-credentials');
        expect(answer.headers.vary).toMatch(/^Origin/);
        expect(cors(await ask(path, { headers: { Origin: PARTNER } }))['access-control-allow-credentials']).toBe(
          'true',
        );
        for (const Origin of ['https://evil.example', 'null']) {
          expect(cors(await ask(path, { headers: { Origin } }))).toEqual({});
        }
      }
      expect(cors(await ask('/', { headers: { Origin: APP } }))).toEqual({});
    });

    test('bodies are refused on paths that need none, and beyond 64 kB on the others', async () => {
      const { anna, ask } = sites[mode];
      const claimed = { 'Content-Length': '1000000000' };
      for (const path of [
        '/',
        '/login',
        '/nothing',
        '/_next/static/nothing.js',
        '/_next/image',
        '/icon.svg',
        '/admin.rsc',
      ]) {
        for (const headers of [claimed, { 'Transfer-Encoding': 'chunked' }]) {
          const { body, status } = await ask(path, {
            method: 'POST',
            headers: { ...OWN_PAGE, ...headers },
            withholds: true,
          });
          expect({ path, status, body }).toEqual({
            path,
            status: 400,
            body: expect.stringContaining('invalid_request'),
          });
        }
      }
      const large = `{"a":"${'a'.repeat(70_000)}"}`;
      const headers = { ...OWN_PAGE, Cookie: anna, 'Content-Type': 'application/json' };
      for (const path of ['/api/v1/auth/register', SIGN_OUT, '/api/auth/callback/credentials', '/api/auth/signout']) {
        const { body, status } = await ask(path, { method: 'POST', headers, body: large });
        expect({ path, status, body }).toEqual({
          path,
          status: 400,
          body: expect.stringContaining('larger than 64 kB'),
        });
      }
    });

    test('pages of another user stay hidden from every kind of request that Next knows', async () => {
      const { admin, anna, annasAccount, ask, ben, identificationId } = sites[mode];
      const guarded = [
        { path: '/admin', owner: admin, secret: 'max_reset_timeout_ms' },
        { path: '/history', owner: anna, secret: identificationId },
        { path: `/history/${identificationId}`, owner: anna, secret: 'Named by' },
        { path: '/account', owner: anna, secret: annasAccount.email },
      ];
      const subrequest = (name: string) => ({ 'x-middleware-subrequest': Array(5).fill(name).join(':') });
      const headerSets = [
        {},
        { RSC: '1' },
        { RSC: '1', 'Next-Router-Prefetch': '1' },
        { RSC: '1', 'Next-Router-Prefetch': '1', 'Next-Router-Segment-Prefetch': '/_tree' },
        subrequest('proxy'),
        subrequest('src/proxy'),
        subrequest('middleware'),
        { 'x-nextjs-data': '1' },
        { 'x-middleware-rewrite': '/admin', 'x-invoke-path': '/admin', 'x-matched-path': '/admin' },
        { 'x-middleware-override-headers': 'cookie', 'x-middleware-request-cookie': admin },
      ];
      for (const { owner, path, secret } of guarded) {
        expect((await ask(path, { headers: { Cookie: owner } })).body).toContain(secret);
        const targets = [
          path,
          `${path}/`,
          `${path}?_rsc=1`,
          `${path}?nxtPid=${identificationId}`,
          `${path}.rsc`,
          `${path}.segments/_tree.segment.rsc`,
          `${path}.segments${path}/__PAGE__.segment.rsc`,
          `/_next/data/x${path}.json`,
          `/api/..${path}`,
          `/_next/static/../..${path}`,
          `/%2e%2e${path}`,
          `/${path}`,
        ];
        const answers = targets.flatMap((target) =>
          headerSets.flatMap((headers) =>
            [
              { target, ...headers },
              { target, ...headers, Cookie: ben },
            ].map(send),
          ),
        );
        for (const { sent, answer } of await Promise.all(answers)) {
          const leaks = [secret, ADMIN.email].filter((known) => answer.body.includes(known));
          expect({ sent, leaks, failed: answer.status >= 500 }).toEqual({ sent, leaks: [], failed: false });
        }

        async function send({ target, ...headers }: { target: string; [header: string]: string }) {
          const answer = await ask(target, { headers });
          const { location } = answer.headers;
          // Next redirects to the same page when its own query does not match the headers.
          const final = location?.startsWith(path) ? await ask(location, { headers }) : answer;
          return { sent: { target, ...headers }, answer: final };
        }
      }
    });

    test('legacy is answered until its last day, then 410 with its successor, and v1 always', async () => {
      const { anna, ask, identificationId } = sites[mode];
      const path = `/plant-identification/identifications/${identificationId}`;
      const headers = { Cookie: anna };
      const old = await ask(`/api${path}/`, { headers });
      const link = String(old.headers['link']);
      expect({ status: old.status, sunset: old.headers['sunset'], body: old.body, link }).toEqual({
        ...(mode === 'production'
          ? {
              status: 410,
              sunset: 'Mon, 01 Jul 2024 00:00:00 GMT',
              body: '{"detail":"This version of the API is gone. Use /api/v1."}',
            }
          : {
              status: 200,
              sunset: 'Tue, 31 Dec 2999 00:00:00 GMT',
              body: expect.stringContaining(identificationId),
            }),
        link: expect.stringContaining(`</api/v1${path}>; rel="successor-version"`),
      });
      const current = await ask(`/api/v1${path}`, { headers });
      expect({ status: current.status, hasSunset: 'sunset' in current.headers }).toEqual({
        status: 200,
        hasSunset: false,
      });
    });

    test('DELETE of all identifications with a slash at its end, where an id may be lost, deletes nothing', async () => {
      const { anna, ask, identificationId } = sites[mode];
      const collection = '/api/v1/plant-identification/identifications';
      const refused = await ask(`${collection}/`, { method: 'DELETE', headers: { ...OWN_PAGE, Cookie: anna } });
      expect({ status: refused.status, allow: refused.headers.allow }).toEqual({
        status: 405,
        allow: 'GET, HEAD, OPTIONS',
      });
      const kept = await ask(`${collection}/${identificationId}`, { headers: { Cookie: anna } });
      expect(kept.status).toBe(200);
    });

    test('no redirect leads to another host', async () => {
      const { ask } = sites[mode];
      const own = new URL(mode === 'development' ? 'http://localhost' : 'https://plants.example');
      const paths = [
        '//evil.example',
        '///evil.example/%2f..',
        '/\\evil.example',
        '/%5cevil.example',
        '/%2fevil.example',
      ];
      for (const path of [
        ...paths,
        '/history?next=//evil.example',
        '/api//evil.example',
        '/login?next=//evil.example',
      ]) {
        const { headers, status } = await ask(path);
        const { host } = new URL(headers.location ?? '/', own);
        expect({ path, failed: status >= 500, host }).toEqual({ path, failed: false, host: own.host });
      }
      const { csrfToken } = JSON.parse((await ask('/api/auth/csrf')).body) as { csrfToken: string };
      const body = new URLSearchParams({ csrfToken, callbackUrl: 'https://evil.example' }).toString();
      const headers = { ...OWN_PAGE, 'Content-Type': 'application/x-www-form-urlencoded' };
      const out = await ask('/api/auth/signout', { method: 'POST', headers, body });
      expect(String(out.headers.location)).not.toContain('evil');
    });

    test('upgrades to WebSocket and TRACE are refused', async () => {
      const { ask } = sites[mode];
      const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
      expect((await ask('/_next/hmr', { headers: upgrade })).status).toBe(404);
      expect((await ask('/', { method: 'TRACE' })).status).toBe(405);
    });

    test('forged addresses do not multiply the attempts that an address has', async () => {
      const { app, ask } = sites[mode];
      const attempt = async (forwarded: string, email: string) => {
        const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': forwarded, Origin: PARTNER };
        const body = JSON.stringify({ email, password: 'a wrong password' });
        const answer = await ask('/api/v1/auth/token', { method: 'POST', headers, body });
        expect(answer.headers['access-control-allow-origin']).toBe(PARTNER);
        return answer.status;
      };
      // In production the last entry is that of our proxy; in development every entry is forged.
      const forged = (number: number) =>
        mode === 'production' ? `198.51.100.${number}, 2001:db8::${number}` : `198.51.100.${number}`;
      const statuses: number[] = [];
      for (let number = 1; number <= 6; number++)
        statuses.push(await attempt(forged(number), `person${number}@plants.example`));
      expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
      const elsewhere = await attempt('203.0.113.200', 'person7@plants.example');
      expect(elsewhere).toBe(mode === 'production' ? 401 : 429);
      expect(app.output()).not.toContain('a wrong password');
    });
  });
}

test('production redirects http to https, except for probes', async () => {
  const { app, ask } = sites.production;
  for (const path of [
    ...PAGES,
    '/history?cursor=a&b=%20',
    '/api/v1/auth/me',
    '/api/nothing',
    '/icon.svg',
    '//evil.example',
  ]) {
    const { headers, status } = await ask(path, { headers: { 'X-Forwarded-Proto': 'http' } });
    expect({ path, status, location: headers.location }).toEqual({
      path,
      status: 308,
      location: `https://plants.example${path}`,
    });
  }
  const posted = await ask('/api/v1/auth/token', {
    method: 'POST',
    headers: { 'X-Forwarded-Proto': 'https, http', 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(posted.status).toBe(308);
  // An orchestrator sends its probes past the proxy.
  const inside = requestSender(app.url, { Host: 'plants.example' });
  for (const path of ['/api/health/live', '/api/health/ready', '/api/health/ready/']) {
    const { status } = await inside(path);
    expect({ path, status }).toEqual({ path, status: 200 });
  }
  expect((await inside('/identify')).status).toBe(308);
});

test('no page violates its own Content-Security-Policy', async ({ browser }) => {
  const { admin, anna, app, identificationId } = sites.development;
  const violations: string[] = [];
  /** Opens a page and waits until its script has loaded all that it asks for. */
  const visit = async (context: BrowserContext, path: string): Promise<Page> => {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) violations.push(`${page.url()}: ${message.text()}`);
    });
    await page.goto(app.url + path);
    await page.waitForLoadState('networkidle');
    return page;
  };
  const visits = [
    ['', ['/', '/identify', '/login', '/register', '/nothing', '/api/auth/signout']],
    [anna, ['/identify', '/history', `/history/${identificationId}`, '/account']],
    [admin, ['/admin']],
  ] as const;
  const pages = await Promise.all(
    visits.map(async ([cookies, paths]) => {
      const context = await browser.newContext({ extraHTTPHeaders: cookies === '' ? {} : { Cookie: cookies } });
      return Promise.all(paths.map((path) => visit(context, path)));
    }),
  );
  expect(violations).toEqual([]);
  // The policy is in force: an injected handler does not run.
  const [page] = pages.at(-1) ?? [];
  await page?.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="document.title = \'taken\'">');
  });
  await expect(() => expect(violations.join()).toContain('inline event handler')).toPass();
  expect(await page?.title()).not.toBe('taken');
  await Promise.all(pages.flat().map((visited) => visited.context().close()));
});
