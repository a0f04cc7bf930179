import { MAX_API_KEYS } from '@plantcommunity/auth';
import { FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';
import type { Metadata } from 'next';
import Link from 'next/link';
import { apiExamples } from '@/features/docs/api-examples.ts';
import styles from '@/features/docs/docs.module.css';
import { DocsNav } from '@/features/docs/docs-nav.tsx';
import { ErrorsTable } from '@/features/docs/errors-table.tsx';
import { Code, Example, followsLanguage, LanguageChoice } from '@/features/docs/example.tsx';
import { Limits } from '@/features/docs/limits.tsx';
import { container } from '@/server/container.ts';
import { Row } from '@/ui/layout.tsx';
import page from '@/ui/page.module.css';
import apiDocument from '../../../../../docs/api.md';

export const metadata: Metadata = { title: 'API' };

/** Explains the API to the developer of an app; its examples are those of docs/api.md, which a test runs. */
export default async function DocsPage() {
  const { settings } = await container();
  const { appUrl, dailyCredits, mode, rates, upload } = settings;
  const example = apiExamples(apiDocument, appUrl.origin);
  const requiresAccount = mode === 'production';
  return (
    <>
      <DocsNav current="/docs" />
      <main className={`${page['page']} ${followsLanguage}`}>
        <div className={styles['head']}>
          <h1>Name plants from your app</h1>
          <p>
            REST under <code>{appUrl.origin}/api/v1</code>. An app signs in, sends a photo, and reads the answer.
          </p>
        </div>
        <div className={styles['sticky']}>
          <LanguageChoice />
        </div>
        <Row heading="Start">
          <div className={styles['text']}>
            <p>This call says whether the server can identify plants now. It needs no account.</p>
            <Example of={example('Ask whether plants can be identified')} name="Ask whether plants can be identified" />
          </div>
        </Row>
        <Row heading="Sign in">
          <Tokens example={example} requiresAccount={requiresAccount} />
        </Row>
        <Row heading="API keys">
          <ApiKeys />
        </Row>
        <Row heading="Identify">
          <Identify example={example} maxPhotos={upload.maxPhotos} />
        </Row>
        <Row heading="Repeat safely">
          <Repeat example={example} />
        </Row>
        <Row heading="Errors">
          <Errors example={example} />
        </Row>
        <Row heading="Limits">
          <div className={styles['text']}>
            <RateHeaders />
            <Limits {...{ dailyCredits, rates, requiresAccount, upload }} />
          </div>
        </Row>
        <Row heading="History">
          <History example={example} />
        </Row>
        <Row heading="Clients">
          <Clients />
        </Row>
      </main>
    </>
  );
}

type Examples = ReturnType<typeof apiExamples>;

function Tokens({ example, requiresAccount }: { example: Examples; requiresAccount: boolean }) {
  return (
    <div className={styles['text']}>
      <p>
        {requiresAccount
          ? 'Identifications need an account. '
          : 'This server identifies without an account, too; an account has more identifications and a history. '}
        Create one at <Link href="/register">/register</Link> or by a call, once:
      </p>
      <Example of={example('Create an account')} name="Create an account" />
      <p>Sign in for a pair of tokens:</p>
      <Example of={example('Sign in')} name="Sign in" />
      <ul>
        <li>
          Send the access token with each request: <code>Authorization: Bearer …</code>. It lasts an hour. Keep it as it
          is: its content is no part of the API.
        </li>
        <li>
          The refresh token is for the next pair. It may be used once; if the answer got lost, send it again within 24
          hours. Seven days after the sign-in the person signs in anew.
        </li>
        <li>
          Refresh in one place of your app, one call at a time. A refresh token that comes back after its successor was
          used counts as stolen, and ends the sign-in.
        </li>
      </ul>
      <Example of={example('Stay signed in')} name="Refresh the tokens" />
      <p>Signing out ends both tokens at once. It is always answered with 204:</p>
      <Example of={example('Sign out')} name="Sign out" />
    </div>
  );
}

function ApiKeys() {
  return (
    <div className={styles['text']}>
      <p>
        A script or an integration needs no tokens: its owner creates an API key for it on{' '}
        <Link href="/account">/account</Link>, where it is shown once. Send it like an access token,{' '}
        <code>Authorization: Bearer plk_…</code>
      </p>
      <ul>
        <li>
          Its scopes say what it may do: <code>identify</code> plants, <code>read</code> the history, or{' '}
          <code>write</code>, which deletes from it. It never reaches the account itself: that is 403{' '}
          <code>insufficient_scope</code>.
        </li>
        <li>It counts against the limits of its owner, and works until it is revoked, expires, or the account ends.</li>
        <li>An account has at most {MAX_API_KEYS} keys, expired ones included.</li>
        <li>Do not put a key into an app that you hand out: everyone who has the app can read it.</li>
      </ul>
    </div>
  );
}

function Identify({ example, maxPhotos }: { example: Examples; maxPhotos: number }) {
  return (
    <div className={styles['text']}>
      <p>
        A <code>multipart/form-data</code> form with one to {maxPhotos} photos of the same plant:
      </p>
      <Example of={example('Identify a plant')} name="Identify a plant" />
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          <Field name="image">{`a photo: ${FORMAT_NAMES}. Repeat the field for each photo`}</Field>
          <Field name="organs">
            what each photo shows: auto, leaf, flower, fruit, bark, habit or other. None, or one for each photo
          </Field>
          <Field name="include_diseases">false: do not look for diseases. True unless sent</Field>
          <Field name="latitude, longitude">where the plant grows</Field>
          <Field name="language">the language of common names, such as de or pt-BR</Field>
          <Field name="project">the id of a Pl@ntNet flora</Field>
        </tbody>
      </table>
      <ul>
        <li>
          <code>suggestions</code> are the candidates, the best first. Each lists its <code>sources</code>; scores of
          two services cannot be compared.
        </li>
        <li>
          <code>is_plant</code> is false when neither service saw a plant. That is an answer, not an error.
        </li>
        <li>
          <code>partial</code> is true when one service did not answer; <code>providers</code> says why.
        </li>
        <li>Members without a value are absent, never null. Ignore members that you do not know: v1 only grows.</li>
      </ul>
    </div>
  );
}

function Repeat({ example }: { example: Examples }) {
  return (
    <div className={styles['text']}>
      <p>
        A phone loses its connection, and the app cannot know whether the photo was identified. Choose an{' '}
        <code>Idempotency-Key</code> for each identification, such as a UUID, and send the same form with the same key
        again. The answer is that of the first request, with <code>Idempotent-Replayed: true</code>; it costs no credit,
        and its call is given back.
      </p>
      <Example of={example('Identify once')} name="Identify once" />
      <p>
        Keys are kept for 24 hours. While the first request runs, a repetition gets 409 with <code>Retry-After</code>.
        Only an answer with status 200 is kept: after an error, repeat with the same key.
      </p>
    </div>
  );
}

function Field({ children, name }: { children: string; name: string }) {
  return (
    <tr>
      <td data-figure>
        <code>{name}</code>
      </td>
      <td>{children}</td>
    </tr>
  );
}

function Errors({ example }: { example: Examples }) {
  return (
    <div className={styles['text']}>
      <p>
        An error is <code>application/problem+json</code> (RFC 9457). Programs read <code>code</code>, people{' '}
        <code>detail</code>; <code>errors</code> names each wrong field. Quote <code>requestId</code> when you report an
        error; it is also in the header <code>X-Request-Id</code>. New codes may come: treat a code that you do not know
        by its status.
      </p>
      <Example of={example('Handle an error')} name="Handle an error" />
      <ErrorsTable />
    </div>
  );
}

const RATE_HEADERS = `RateLimit-Policy: "identify-free";q=100;w=3600
RateLimit: "identify-free";r=97;t=1312`;

function RateHeaders() {
  return (
    <>
      <p>
        The answer to each counted call of identify has the limit in its headers; a call that gets 401 or 403 is not
        counted. <code>q</code> calls are allowed in <code>w</code> seconds, <code>r</code> of them are left, and in{' '}
        <code>t</code> seconds all are available again. <code>X-RateLimit-Limit</code>,{' '}
        <code>X-RateLimit-Remaining</code> and <code>X-RateLimit-Reset</code> (epoch seconds) say the same.
      </p>
      <Code name="Headers of the rate limit" text={RATE_HEADERS} />
      <p>
        Over a limit, the answer is 429. Like each 503 but that of health, it has <code>Retry-After</code>: wait so many
        seconds before the next call. Every other call counts, also one whose photo is refused or whose answer is known
        already. A repetition with the same <code>Idempotency-Key</code> and a 503 for which no service was asked are
        counted first and then given back, at most twice the limit in a window. Over the limit, a repetition gets 429,
        too.
      </p>
    </>
  );
}

function History({ example }: { example: Examples }) {
  return (
    <div className={styles['text']}>
      <p>
        Identifications of an account are kept, with their photos. Those of other accounts are answered with 404, as if
        they did not exist.
      </p>
      <Example of={example('Read the history')} name="Read the history" />
      <Example of={example('Read one identification and its photo')} name="Read one identification and its photo" />
      <p>
        People know their plants: feedback says whether an answer is right, or which plant it is. The name stays with
        the identification.
      </p>
      <Example of={example('Say whether an answer is right')} name="Say whether an answer is right" />
      <p>An identification is deleted with its photos:</p>
      <Example of={example('Delete an identification')} name="Delete an identification" />
    </div>
  );
}

const DOCUMENTS = [
  { file: 'openapi.json', readers: 'generators that read OpenAPI 3.1' },
  { file: 'openapi-3.0.json', readers: 'all others, such as those for Dart' },
] as const;

function Clients() {
  return (
    <div className={styles['text']}>
      <p>
        In TypeScript, <code>@plantcommunity/client</code> does all of this: it refreshes tokens, reports the progress
        of uploads, sends an <code>Idempotency-Key</code>, and repeats calls as <code>Retry-After</code> says.
      </p>
      <p>
        {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- it has a Content-Security-Policy of its own */}
        <a href="/docs/reference">The reference</a> has every operation, with a form to try each that is no{' '}
        <code>DELETE</code>. It is made from the document that client generators read:
      </p>
      <ul>
        {DOCUMENTS.map(({ file, readers }) => (
          <li key={file}>
            <a href={`/api/v1/${file}`}>{file}</a> for {readers}
          </li>
        ))}
      </ul>
      <p>
        If your app calls paths without <code>/v1</code>, <Link href="/docs/migrate-to-v1">move it to v1</Link>.
      </p>
    </div>
  );
}
