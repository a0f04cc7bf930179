import type { Metadata } from 'next';
import Link from 'next/link';
import styles from '@/features/docs/docs.module.css';
import { DocsNav } from '@/features/docs/docs-nav.tsx';
import { ApiReference } from '@/features/docs/reference/api-reference.tsx';
import page from '@/ui/page.module.css';

export const metadata: Metadata = { title: 'API reference' };

/** The OpenAPI document in a viewer that can call the API. Its policy in `proxy.ts` allows the viewer's styles. */
export default function ReferencePage() {
  return (
    <>
      <DocsNav current="/docs/reference" />
      <main className={page['page']}>
        <div className={styles['head']}>
          <h1>API reference</h1>
          <p>
            Every operation, each with a form to try it unless its method is <code>DELETE</code>: a click on an example
            deletes nothing. If you are signed in on this site, the calls are yours. With an access token or an API key
            under Authorize, they are those of its owner. An identification that you try counts like any other.
          </p>
        </div>
        <ApiReference />
        <p className={styles['note']}>
          Shown by Swagger UI: <Link href="/docs/reference/licences">its licences</Link>.
        </p>
      </main>
    </>
  );
}
