import type { Species } from '../recognition.ts';
import { seededRandom } from '../seeded-random.ts';

/** Made-up care advice, chosen by the plant's family. */
export interface Care {
  /** From 1, dry, to 3, wet. */
  watering: { min: number; max: number };
  light: string;
  soil: string;
}

type Habit = 'dry' | 'wet' | 'woodland' | 'garden';

const HABITS: Readonly<Record<string, Habit>> = {
  Asparagaceae: 'dry',
  Asphodelaceae: 'dry',
  Cactaceae: 'dry',
  Crassulaceae: 'dry',
  Nymphaeaceae: 'wet',
  Sarraceniaceae: 'wet',
  Typhaceae: 'wet',
  Araceae: 'woodland',
  Aspleniaceae: 'woodland',
  Athyriaceae: 'woodland',
  Dryopteridaceae: 'woodland',
  Osmundaceae: 'woodland',
  Pteridaceae: 'woodland',
  Primulaceae: 'woodland',
};

const CARE: Readonly<Record<Habit, Care>> = {
  dry: {
    watering: { min: 1, max: 1 },
    light: 'As much direct sun as there is; indoors, right behind a south-facing window.',
    soil: 'Gritty and lean, a third of it coarse sand, so that water runs straight through.',
  },
  wet: {
    watering: { min: 3, max: 3 },
    light: 'Full sun for at least six hours a day.',
    soil: 'Heavy and always wet, at the edge of a pond or in a pot that stands in water.',
  },
  woodland: {
    watering: { min: 2, max: 3 },
    light: 'Bright shade without direct midday sun.',
    soil: 'Loose and rich in leaf mould, evenly moist but never soaked.',
  },
  garden: {
    watering: { min: 1, max: 2 },
    light: 'Sun for half of the day or more.',
    soil: 'Ordinary garden soil that drains, with some compost in spring.',
  },
};

export function careOf(species: Species): Care {
  const care = CARE[HABITS[species.family] ?? 'garden'];
  // Some species of the garden need more water than the others.
  const thirsty = seededRandom(species.scientificName, 'care').chance(0.3) && care.watering.max === 2;
  return thirsty ? { ...care, watering: { min: 2, max: 2 } } : care;
}
