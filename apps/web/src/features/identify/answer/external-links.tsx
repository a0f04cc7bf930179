import type { Suggestion } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './external-links.module.css';

export function ExternalLinks({ species }: { species: Pick<Suggestion, 'scientific_name' | 'gbif_id'> }) {
  return (
    <Row heading="Read on">
      <ul className={styles['links']}>
        {linksTo(species).map(({ name, url }) => (
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

interface ExternalLink {
  name: string;
  url: string;
}

/** Where to read more of a species: by GBIF's own id when it is known, else by name. */
function linksTo({
  scientific_name: name,
  gbif_id: gbifId,
}: Pick<Suggestion, 'scientific_name' | 'gbif_id'>): ExternalLink[] {
  const query = encodeURIComponent(name);
  return [
    {
      name: 'GBIF',
      url:
        gbifId === undefined
          ? `https://www.gbif.org/species/search?q=${query}`
          : `https://www.gbif.org/species/${encodeURIComponent(gbifId)}`,
    },
    { name: 'Wikipedia', url: `https://en.wikipedia.org/wiki/Special:Search?search=${query}` },
    { name: 'Plants of the World Online', url: `https://powo.science.kew.org/results?q=${query}` },
  ];
}
