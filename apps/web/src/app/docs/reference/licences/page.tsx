import type { Metadata } from 'next';
import licence from 'swagger-ui-dist/LICENSE';
import notice from 'swagger-ui-dist/NOTICE';
import bundledLicences from 'swagger-ui-dist/swagger-ui-es-bundle.js.LICENSE.txt';
import styles from '@/features/docs/docs.module.css';
import { Row } from '@/ui/layout.tsx';
import page from '@/ui/page.module.css';

export const metadata: Metadata = { title: 'Licences of the API reference' };

const TEXTS = [
  { heading: 'Notice', text: notice },
  { heading: 'Licence', text: licence },
  { heading: 'Packages in it', text: bundledLicences },
] as const;

/** The licences of Swagger UI, which it asks to pass on with its code (Apache License 2.0, 4). */
export default function LicencesPage() {
  return (
    <main className={page['page']}>
      <div className={styles['head']}>
        <h1>Licences of the API reference</h1>
        <p>
          {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- it has a Content-Security-Policy of its own */}
          <a href="/docs/reference">The reference</a> is shown by Swagger UI, which comes under the Apache License 2.0.
        </p>
      </div>
      {TEXTS.map(({ heading, text }) => (
        <Row key={heading} heading={heading}>
          <pre className={styles['licence']}>{text.trim()}</pre>
        </Row>
      ))}
    </main>
  );
}
