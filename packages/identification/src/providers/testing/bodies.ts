/** A Plant.id body with one species, in the order of fields that newer models send. */
export function plantIdBody(result: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    access_token: 'a1b2c3d4e5f6g7h',
    model_version: 'plant_id:9.9.9',
    custom_id: null,
    input: { latitude: null, longitude: null, images: ['https://plant.test/1.jpg'] },
    result: {
      disease: { suggestions: [], question: null },
      classification: { suggestions: [plantSuggestion()] },
      is_plant: { threshold: 0.5, probability: 0.98, binary: true },
      is_healthy: { binary: true, probability: 0.91, threshold: 0.5 },
      ...result,
    },
    status: 'COMPLETED',
    created: 1_760_000_000.25,
    completed: 1_760_000_000.75,
  };
}

export function plantSuggestion(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: '00ff00ff00ff00ff',
    name: 'Bellis perennis',
    probability: 0.93,
    similar_images: [
      {
        id: '1',
        url: 'https://plant-id.ams3.cdn.digitaloceanspaces.com/daisy.jpg',
        similarity: 0.7,
        citation: 'A. Gardener',
        license_name: 'CC0',
      },
    ],
    details: {
      common_names: ['Daisy', 'Lawn daisy'],
      taxonomy: { kingdom: 'Plantae', family: 'Asteraceae', genus: 'Bellis' },
      gbif_id: 3117424,
      image: null,
      watering: { min: 1, max: 2 },
      best_light_condition: 'Sun for most of the day.',
      best_soil_type: 'Any that drains.',
      language: 'en',
      entity_id: '00ff00ff00ff00ff',
    },
    ...fields,
  };
}

/** A Pl@ntNet body with one species. */
export function plantNetBody(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    query: { project: 'all', images: ['0123456789abcdef'], organs: ['auto'], includeRelatedImages: true },
    language: 'en',
    preferedReferential: 'k-world-flora',
    bestMatch: 'Bellis perennis L.',
    results: [plantNetResult()],
    version: '2099-01-01 (9.9)',
    remainingIdentificationRequests: 499,
    ...fields,
  };
}

export function plantNetResult(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    score: 0.31415,
    species: {
      scientificNameWithoutAuthor: 'Bellis perennis',
      scientificNameAuthorship: 'L.',
      scientificName: 'Bellis perennis L.',
      genus: { scientificNameWithoutAuthor: 'Bellis', scientificNameAuthorship: '', scientificName: 'Bellis' },
      family: { scientificNameWithoutAuthor: 'Asteraceae', scientificNameAuthorship: '', scientificName: 'Asteraceae' },
      commonNames: ['Common daisy'],
    },
    images: [
      {
        organ: 'flower',
        author: 'B. Walker',
        license: 'cc-by-sa',
        date: { timestamp: 1, string: 'January 1, 1970' },
        url: { o: 'https://bs.plantnet.org/o/1', m: 'https://bs.plantnet.org/m/1', s: 'https://bs.plantnet.org/s/1' },
        citation: 'B. Walker / Pl@ntNet, cc-by-sa',
      },
    ],
    gbif: { id: '3117424' },
    powo: { id: '1-1' },
    ...fields,
  };
}
