import { readOn } from '@/client/reading/read-on.ts';
import type { Suggestion } from '@/client/wire.ts';
import { Row } from '../paper/row.tsx';
import hidden from '../paper/visually-hidden.module.css';
import styles from './read-on-row.module.css';

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
