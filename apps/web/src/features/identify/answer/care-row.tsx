import { Droplet, Shovel, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { HEALTH_AND_CARE_TEXT } from '@/lib/providers.ts';
import type { Care } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import styles from './care-row.module.css';

/** Names of Plant.id's water levels. */
const WATER = { 1: 'Little', 2: 'Medium', 3: 'Much' } as const;
const LEVELS = [1, 2, 3] as const;

type Level = (typeof LEVELS)[number];
const level = (value: number): Level => (value <= 1 ? 1 : value >= 3 ? 3 : 2);

function waterText(min: Level, max: Level): string {
  return min === max ? WATER[min] : `${WATER[min]} to ${WATER[max].toLowerCase()}`;
}

/** Shows the known care instructions. */
export function CareRow({ care, demo }: { care: Care; demo: boolean }) {
  const { watering, light, soil } = care;
  return (
    <Row heading="Care" note={demo ? 'made up for the demo' : `from ${HEALTH_AND_CARE_TEXT}`}>
      <div className={styles['cells']}>
        {watering && (
          <Cell icon={<Droplet size={15} strokeWidth={1.6} aria-hidden="true" />} name="Water">
            <p className={styles['word']}>
              {waterText(level(watering.min), level(watering.max))}
              <Drops max={level(watering.max)} />
            </p>
            <p>On a scale from dry to wet.</p>
          </Cell>
        )}
        {light === undefined ? null : (
          <Cell icon={<Sun size={15} strokeWidth={1.6} aria-hidden="true" />} name="Light">
            <p>{light}</p>
          </Cell>
        )}
        {soil === undefined ? null : (
          <Cell icon={<Shovel size={15} strokeWidth={1.6} aria-hidden="true" />} name="Soil">
            <p>{soil}</p>
          </Cell>
        )}
      </div>
    </Row>
  );
}

function Cell({ icon, name, children }: { icon: ReactNode; name: string; children: ReactNode }) {
  return (
    <div>
      <h3 className={styles['name']}>
        {icon}
        {name}
      </h3>
      {children}
    </div>
  );
}

function Drops({ max }: { max: Level }) {
  return (
    <span className={styles['drops']} aria-hidden="true">
      {LEVELS.map((drop) => (
        <Droplet key={drop} size={13} strokeWidth={1.8} {...(drop <= max && { fill: 'currentcolor' })} />
      ))}
    </span>
  );
}
