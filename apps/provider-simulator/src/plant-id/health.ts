import { type SeededRandom, seededRandom } from '../seeded-random.ts';

/** A disease that a plant may have; descriptions and treatments are general knowledge. */
export interface Disease {
  name: string;
  description: string;
  treatment: { chemical?: readonly string[]; biological?: readonly string[]; prevention: readonly string[] };
}

export interface Health {
  isHealthy: boolean;
  /** Probability that the plant is healthy. */
  probability: number;
  diseases: readonly { disease: Disease; probability: number }[];
}

const DISEASES: readonly Disease[] = [
  {
    name: 'water excess or uneven watering',
    description: 'Roots that stand in water get no air, and leaves turn yellow and limp from below.',
    treatment: {
      biological: ['Let the soil dry out before the next watering.', 'Empty the saucer under the pot.'],
      prevention: ['Feel the soil with a finger before watering.', 'Use pots with a drain hole.'],
    },
  },
  {
    name: 'water deficiency',
    description: 'Leaves hang and dry from their tips because the roots find too little water.',
    treatment: {
      biological: ['Stand the pot in water for half an hour, then let it drain.'],
      prevention: ['Water before the soil comes away from the pot.', 'Mulch beds in summer.'],
    },
  },
  {
    name: 'nutrient deficiency',
    description: 'Leaves pale between their veins; the older ones first when nitrogen is what is missing.',
    treatment: {
      chemical: ['Give a complete liquid fertiliser at half the strength on its label.'],
      biological: ['Work in ripe compost.'],
      prevention: ['Repot every other year into fresh soil.'],
    },
  },
  {
    name: 'powdery mildew',
    description: 'A fungus that covers leaves with a white, floury layer in warm and dry weather.',
    treatment: {
      chemical: ['Spray a sulphur product that is allowed for the plant.'],
      biological: ['Cut off what is white.', 'Spray one part of milk in eight parts of water once a week.'],
      prevention: ['Give plants room for the air between them.', 'Water the soil, not the leaves.'],
    },
  },
  {
    name: 'leaf spot',
    description: 'Round brown or black spots, often with a yellow edge, that grow into each other.',
    treatment: {
      biological: ['Take spotted leaves off and put them in the bin, not on the compost.'],
      prevention: ['Keep leaves dry at night.', 'Clean the secateurs between plants.'],
    },
  },
  {
    name: 'aphids',
    description: 'Small soft insects on young shoots; they suck sap and leave sticky honeydew.',
    treatment: {
      biological: ['Wash them off with water.', 'Spray soft soap on the underside of the leaves.'],
      prevention: ['Spare ladybirds and their larvae.', 'Do not overfeed with nitrogen.'],
    },
  },
  {
    name: 'spider mites',
    description: 'Tiny mites under the leaves in dry air; the leaves look dusty and fine webs show at their stalks.',
    treatment: {
      biological: ['Shower the plant and keep it in moist air for a week.', 'Set out predatory mites.'],
      prevention: ['Mist leaves in the heating season.'],
    },
  },
  {
    name: 'sunburn',
    description: 'Bleached, papery patches on the side that was turned to a sun the plant was not used to.',
    treatment: {
      biological: ['Move the plant into light shade.'],
      prevention: ['Get plants used to the sun over two weeks in spring.'],
    },
  },
];

export function assessHealth(seed: string): Health {
  const random = seededRandom(seed, 'health');
  const isHealthy = random.chance(0.65);
  const probability = isHealthy ? random.between(0.72, 0.98) : random.between(0.04, 0.35);
  return { isHealthy, probability, diseases: diseasesOf(random, isHealthy) };
}

/** Returns diseases; a healthy plant may have one with a low probability, as the real service lists it. */
function diseasesOf(random: SeededRandom, isHealthy: boolean): Health['diseases'] {
  const count = isHealthy ? (random.chance(0.3) ? 1 : 0) : Math.round(random.between(1, 3));
  const top = isHealthy ? random.between(0.02, 0.08) : random.between(0.35, 0.8);
  return random
    .shuffled(DISEASES)
    .slice(0, count)
    .map((disease, index) => ({ disease, probability: top * 0.5 ** index }));
}
