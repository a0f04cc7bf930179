import type { Metadata } from 'next';
import { LEGACY_PATHS, successorOf } from '@/app/docs/migrate-to-v1/legacy-paths.ts';
import styles from '@/app/docs/migrate-to-v1/page.module.css';
import { container } from '@/server/container.ts';
import { Row } from '@/ui/layout.tsx';
import page from '@/ui/page.module.css';

export const metadata: Metadata = { title: 'Move to v1' };

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const PROBLEM = `{
  "type": "about:blank",
  "title": "Bad Request",
  "status": 400,
  "detail": "The request is not valid.",
  "code": "invalid_request",
  "requestId": "6f1c2d3e-…",
  "errors": [
    {
      "detail": "must be from -90 to 90",
      "pointer": "#/latitude"
    }
  ]
}`;

export default async function MigrationPage() {
  const { settings } = await container();
  return (
    <main className={page['page']}>
      <div className={styles['head']}>
        <h1>Move to v1 of the API</h1>
        <p>
          The paths under <code>/api</code> without a version are deprecated. Each has a successor under{' '}
          <code>/api/v1</code> that takes the same requests.
        </p>
      </div>
      <div id="sunset">
        <Row heading="Dates">
          <Dates {...settings.legacy} />
        </Row>
      </div>
      <Row heading="Paths">
        <Paths />
      </Row>
      <Row heading="Bodies">
        <Bodies />
      </Row>
      <Row heading="Health">
        <div className={styles['text']}>
          <p>
            The former server reported <code>unhealthy</code> as soon as one circuit was open. Both versions now report{' '}
            <code>degraded</code> then, because the other service still answers.
          </p>
        </div>
      </Row>
    </main>
  );
}

function Dates({ deprecatedAt, sunsetAt }: { deprecatedAt: Date; sunsetAt: Date }) {
  return (
    <div className={styles['text']}>
      <p>
        Deprecated from <time dateTime={deprecatedAt.toISOString()}>{day.format(deprecatedAt)}</time>. Gone from{' '}
        <time dateTime={sunsetAt.toISOString()}>{day.format(sunsetAt)}</time>, 00:00 UTC: every call is then answered
        with status 410.
      </p>
      <p>
        Every answer of a deprecated path carries the headers <code>Deprecation</code> (RFC 9745), <code>Sunset</code>{' '}
        (RFC 8594) and <code>Link</code>, which names the successor of the path.
      </p>
    </div>
  );
}

function Paths() {
  return (
    <div className={styles['text']}>
      <p>
        Insert <code>/v1</code> after <code>/api</code>. Over tRPC, replace the namespace <code>legacy</code> by{' '}
        <code>v1</code>.
      </p>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Deprecated</th>
            <th scope="col">Successor</th>
          </tr>
        </thead>
        <tbody>
          {LEGACY_PATHS.map(({ method, path }) => (
            <tr key={path}>
              <td>
                <code>
                  {method} {path}
                </code>
              </td>
              <td>
                <code>{successorOf(path)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bodies() {
  return (
    <div className={styles['text']}>
      <p>
        Requests, successful answers, status codes and rate-limit headers are the same in both versions. Errors differ:
      </p>
      <ul>
        <li>
          A deprecated path answers <code>{'{"success": false, "error": "…"}'}</code> for a fault in the upload or when
          no service can answer, and <code>{'{"detail": "…"}'}</code> for every other error.
        </li>
        <li>
          v1 answers <code>application/problem+json</code> (RFC 9457). Programs read <code>code</code>;{' '}
          <code>errors</code> names each wrong field.
        </li>
      </ul>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the keyboard must be able to scroll it */}
      <section className={styles['example']} aria-label="An error of v1" tabIndex={0}>
        <pre>{PROBLEM}</pre>
      </section>
      <p>
        {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- it is a file, which no router should prefetch */}
        The whole contract is <a href="/api/v1/openapi.json">the OpenAPI document</a>.
      </p>
    </div>
  );
}
