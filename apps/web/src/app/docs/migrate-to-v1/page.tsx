import type { Metadata } from 'next';
import { Fragment } from 'react';
import {
  ERROR_FIELDS,
  HEALTH_FIELDS,
  HEALTH_TABLE,
  REPLACED_HEALTH_TABLE,
} from '@/app/docs/migrate-to-v1/health-table.ts';
import { LEGACY_PATHS, successorOf } from '@/app/docs/migrate-to-v1/legacy-paths.ts';
import { apiExamples } from '@/features/docs/api-examples.ts';
import styles from '@/features/docs/docs.module.css';
import { DocsNav } from '@/features/docs/docs-nav.tsx';
import { Code, Example, followsLanguage, LanguageChoice } from '@/features/docs/example.tsx';
import { container } from '@/server/container.ts';
import { Row } from '@/ui/layout.tsx';
import page from '@/ui/page.module.css';
import apiDocument from '../../../../../../docs/api.md';

export const metadata: Metadata = { title: 'Move to v1' };

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

export default async function MigrationPage() {
  const { settings } = await container();
  const { appUrl, legacy } = settings;
  return (
    <>
      <DocsNav current="/docs/migrate-to-v1" />
      <main className={`${page['page']} ${followsLanguage}`}>
        <div className={styles['head']}>
          <h1>Move to v1 of the API</h1>
          <p>
            The paths under <code>/api</code> without a version are deprecated. Each has a successor under{' '}
            <code>/api/v1</code> that takes the same requests and answers the same. Only errors differ.
          </p>
        </div>
        <div id="sunset">
          <Row heading="Dates">
            <Dates {...legacy} />
          </Row>
        </div>
        <Row heading="What to change">
          <Changes />
        </Row>
        <Row heading="Before and after">
          <Compared origin={appUrl.origin} />
        </Row>
        <Row heading="Paths">
          <Paths />
        </Row>
        <Row heading="Headers">
          <HeaderForms {...legacy} />
        </Row>
        <Row heading="Health">
          <Health />
        </Row>
      </main>
    </>
  );
}

function Dates({ deprecatedAt, sunsetAt }: { deprecatedAt: Date; sunsetAt: Date }) {
  return (
    <div className={styles['text']}>
      <p>
        Deprecated from <time dateTime={deprecatedAt.toISOString()}>{day.format(deprecatedAt)}</time>. Gone from{' '}
        <time dateTime={sunsetAt.toISOString()}>{day.format(sunsetAt)}</time>, 00:00 UTC: every call of these paths,
        with any method, is then answered with status 410, and the header <code>Link</code> names the successor. A batch
        of tRPC that calls v1, too, gets 410 in place of each answer of the namespace <code>legacy</code>. The preflight
        requests of browsers are still granted, so that pages can read the 410.
      </p>
      <p>
        Until then nothing changes for apps that call them. The dates are those of this server; they replace any that
        you were told for the former one. Its guide had 1 July 2025 as the sunset: a day that had passed before this
        server took its place, while apps still called these paths and need time to move. Every answer of a deprecated
        path repeats the dates of this server in its headers.
      </p>
    </div>
  );
}

function Changes() {
  return (
    <div className={styles['text']}>
      <ul>
        <li>
          Insert <code>/v1</code> after <code>/api</code> in each path. Over tRPC, replace the namespace{' '}
          <code>legacy</code> by <code>v1</code>.
        </li>
        <li>
          Read errors from <code>application/problem+json</code> (RFC 9457): <code>code</code> for the program,{' '}
          <code>detail</code> for people, <code>errors</code> for each wrong field. The members of an error in v1 are{' '}
          <Names of={ERROR_FIELDS.after} />. A deprecated path answers <Names of={ERROR_FIELDS.before.upload} /> for a
          fault in the upload or when no service can answer, with <code>success: false</code>, and{' '}
          <Names of={ERROR_FIELDS.before.other} /> for every other error.
        </li>
        <li>
          The sign-in with cookies at <code>login/</code>, <code>logout/</code>, <code>user/</code> and{' '}
          <code>csrf/</code> is not offered: ask for tokens at <code>/api/v1/auth/token</code>, and read the account at{' '}
          <code>/api/v1/auth/me</code>. The web page&apos;s registration works as it is: <code>first_name</code> and{' '}
          <code>last_name</code> become the name, <code>username</code> and the header <code>X-CSRFToken</code> are
          ignored.
        </li>
        <li>
          Requests, answers without errors, status codes and rate limits stay as they are, and so do tokens: an app that
          is signed in stays signed in.
        </li>
      </ul>
    </div>
  );
}

/** Names as code, separated by commas. */
function Names({ of: names }: { of: readonly string[] }) {
  return names.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && ', '}
      <code>{name}</code>
    </Fragment>
  ));
}

function Compared({ origin }: { origin: string }) {
  const example = apiExamples(apiDocument, origin);
  return (
    <div className={styles['compared']}>
      <LanguageChoice />
      {['Before', 'After'].map((time) => (
        <div key={time} className={styles['compared']}>
          <h3>{time}</h3>
          <Example of={example(time)} name={time} />
        </div>
      ))}
    </div>
  );
}

function Paths() {
  return (
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
  );
}

/** The headers of a deprecated path, with the reason for each form. */
function HeaderForms({ deprecatedAt, sunsetAt }: { deprecatedAt: Date; sunsetAt: Date }) {
  return (
    <div className={styles['text']}>
      <p>Each answer of a deprecated path, errors included, carries three headers:</p>
      <Code
        name="Headers of a deprecated path"
        text={[
          `Deprecation: @${deprecatedAt.getTime() / 1_000}`,
          `Sunset: ${sunsetAt.toUTCString()}`,
          'Link: </api/v1/plant-identification/identify>; rel="successor-version", …',
        ].join('\n')}
      />
      <p>
        Their forms are those of the standards as published. Drafts had other forms, which older clients and servers
        use:
      </p>
      <ul>
        <li>
          <code>Deprecation</code> (RFC 9745) is a date as a structured field: <code>@</code> and epoch seconds. Drafts
          had <code>true</code>, as has the guide of the replaced system, or a date in words. Read the number after{' '}
          <code>@</code>.
        </li>
        <li>
          <code>Sunset</code> (RFC 8594) is a date in words, the form of all older HTTP headers. It is never before the
          deprecation.
        </li>
        <li>
          <code>Link</code> (RFC 8288) names the successor of this very path, ids included, and this page.
        </li>
        <li>
          <code>X-RateLimit-Reset</code> is in epoch seconds and <code>Retry-After</code> in seconds from now.{' '}
          <code>RateLimit</code> and <code>RateLimit-Policy</code> say the same in the form of the coming standard.
        </li>
      </ul>
    </div>
  );
}

function Health() {
  return (
    <div className={styles['text']}>
      <p>
        The replaced system reported <code>unhealthy</code> when one circuit was open and the other closed. Here the
        other service still answers, so that is <code>degraded</code>, in both versions. The status is 503 in both
        cases: a monitor that reads only the status notices either.
      </p>
      <HealthTable rows={HEALTH_TABLE} />
      <p>The first row that fits decides. A full server answers health all the same: it is never refused as busy.</p>
      <p>The replaced system judged by the circuits alone:</p>
      <HealthTable rows={REPLACED_HEALTH_TABLE} />
      <p>
        It stayed <code>healthy</code> without Redis, did not name the database, and knew no circuit that is isolated,
        misconfigured or off. Its <code>version</code> was always <code>v1</code>; here it is that of the server.
      </p>
      <p>The members of the answer are the same under the deprecated path and in v1:</p>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {HEALTH_FIELDS.map(({ meaning, name }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HealthRow {
  state: string;
  status: string;
  http: number;
}

/** The status of health for each state of the services. */
function HealthTable({ rows }: { rows: readonly HealthRow[] }) {
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">
            <code>status</code>
          </th>
          <th scope="col" data-figure>
            HTTP
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ http, state, status }) => (
          <tr key={state}>
            <td>{state}</td>
            <td>{status}</td>
            <td data-figure>{http}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
