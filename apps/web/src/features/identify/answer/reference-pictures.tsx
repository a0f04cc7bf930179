'use client';

import { useState } from 'react';
import type { Suggestion } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import { Mark } from '@/ui/mark.tsx';
import { Picture } from '@/ui/picture.tsx';
import styles from './reference-pictures.module.css';

const MOST = 6;

interface CompareRowProps {
  yours: string | undefined;
  species: Suggestion;
}

/** Shows the reader's photo beside reference pictures of the species, each with author and licence. */
export function CompareRow({ yours, species }: CompareRowProps) {
  const [lost, setLost] = useState<ReadonlySet<string>>(new Set());
  const images = species.images.filter(({ url }) => url.startsWith('https://') && !lost.has(url)).slice(0, MOST);
  if (images.length === 0) return null;
  return (
    <Row heading="Compare" note="yours beside its kind">
      <ul className={styles['pictures']}>
        {yours === undefined ? null : (
          <li className={styles['yours']}>
            <figure>
              <Picture src={yours} alt="Yours" />
              <figcaption aria-hidden="true">Yours</figcaption>
            </figure>
          </li>
        )}
        {images.map(({ url, author, license }, index) => (
          <li key={url}>
            <figure>
              <Picture
                src={url}
                alt={`${species.scientific_name}, reference picture ${index + 1}`}
                loading="lazy"
                onError={() => setLost((before) => new Set([...before, url]))}
              />
              <figcaption>{[author, license].filter(Boolean).join(', ') || 'Author not named'}</figcaption>
            </figure>
          </li>
        ))}
      </ul>
    </Row>
  );
}

/** Shows a small reference picture, or the logo without one. Decoration beside the name. */
export function Thumbnail({ image }: { image: Suggestion['images'][number] | undefined }) {
  const [lost, setLost] = useState(false);
  return (
    <div className={styles['thumbnail']}>
      {image === undefined || lost ? (
        <Mark />
      ) : (
        <Picture src={image.url} alt="" loading="lazy" onError={() => setLost(true)} />
      )}
    </div>
  );
}
