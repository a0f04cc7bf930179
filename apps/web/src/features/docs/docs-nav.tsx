import styles from '@/ui/section-nav.module.css';

const PAGES = [
  { href: '/docs', name: 'Guide' },
  { href: '/docs/reference', name: 'Reference' },
  { href: '/docs/migrate-to-v1', name: 'Move to v1' },
  { href: '/api/v1/openapi.json', name: 'OpenAPI' },
] as const;

/**
 * Links between the pages about the API; marks the current one. Each link loads a document: the reference has a
 * Content-Security-Policy of its own, which the router of Next would not apply.
 */
export function DocsNav({ current }: { current: '/docs' | '/docs/reference' | '/docs/migrate-to-v1' }) {
  return (
    <nav className={styles['nav']} aria-label="API">
      <ul>
        {PAGES.map(({ href, name }) => (
          <li key={href}>
            <a href={href} aria-current={href === current ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
