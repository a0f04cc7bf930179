import type { Suggestion } from '@/lib/wire.ts';
import { Row } from '@/ui/row.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { readOn } from './external-links.ts';
import styles from './external-links-row.module.css';

export function ReadOnRow({ species }: { species: Pick<Suggestion, 'scientific_name' | 'gbif_id'> }) {
  return (
    <Row heading="Read on">
      <ul className={styles['links']}>
        {readOn(species).map(({ name, url }) => (
          <li key={name}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {name}
              <span className={hidden['hidden']}> (opens a new tab)</span>
            </a>
          </li>
        ))}
      </ul>
    </Row>
  );
}
