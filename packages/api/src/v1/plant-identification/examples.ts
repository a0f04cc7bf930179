/** Examples of the wire shapes, for the OpenAPI document. Tests check them against the shapes. */

const referenceImage = { url: 'https://plant.id/media/monstera.jpg', author: 'A. Botanist', license: 'cc-by-sa' };

const sources = [
  { provider: 'plant_id', score: 0.95, rank: 1, of: 3 },
  { provider: 'plantnet', score: 0.71, rank: 1, of: 10 },
];

const suggestion = {
  plant_name: 'Swiss cheese plant',
  scientific_name: 'Monstera deliciosa',
  family: 'Araceae',
  genus: 'Monstera',
  probability: 0.95,
  sources,
  gbif_id: '2868241',
  images: [referenceImage],
};

const careInstructions = { watering: { min: 2, max: 2 }, light: 'Bright, indirect light', soil: 'Well-drained' };

const disease = {
  name: 'Leaf spot',
  probability: 0.08,
  description: 'Brown spots on the leaves, caused by a fungus',
  treatment: {
    chemical: ['A fungicide with copper'],
    biological: ['Remove the affected leaves'],
    prevention: ['Water the soil, not the leaves'],
  },
};

const diseaseDetection = { is_healthy: true, probability: 0.88, diseases: [disease] };

const providerReport = { status: 'answered' };

const identification = {
  success: true,
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  demo: false,
  partial: false,
  cached: false,
  stale: false,
  is_plant: true,
  plant_name: 'Swiss cheese plant',
  scientific_name: 'Monstera deliciosa',
  confidence: 0.95,
  suggestions: [suggestion],
  care_instructions: careInstructions,
  disease_detection: diseaseDetection,
  providers: { plant_id: providerReport, plantnet: providerReport },
};

const feedback = { rating: 'it_is', name: 'Monstera adansonii' };

const createdAt = '2026-11-27T09:30:00.000Z';

const storedIdentification = { ...identification, created_at: createdAt, photos: 2 };

const exportedRequest = { organs: ['leaf', 'flower'], include_diseases: true, latitude: 52.5, longitude: 13.4 };

const exportedIdentification = { ...storedIdentification, request: exportedRequest };

const historyItem = {
  id: identification.id,
  created_at: createdAt,
  plant_name: identification.plant_name,
  scientific_name: identification.scientific_name,
  confidence: identification.confidence,
  is_plant: true,
  demo: false,
  photos: 2,
};

const circuit = { available: true, circuit_state: 'closed' };

const health = {
  status: 'healthy',
  timestamp: createdAt,
  version: '0.1.0',
  circuit_state: 'closed',
  services: {
    plant_id: { ...circuit, fail_count: '0/3' },
    plantnet: { ...circuit, fail_count: '0/5' },
    redis: { available: true },
    database: { available: true },
  },
  authentication: { mode: 'production', requires_auth: true },
};

export const EXAMPLES = {
  referenceImage,
  source: sources[0],
  suggestion,
  careInstructions,
  disease,
  diseaseDetection,
  providerReport,
  identification,
  storedIdentification,
  exportedRequest,
  exportedIdentification,
  historyExport: { exported_at: '2026-11-27T10:00:00.000Z', identifications: [exportedIdentification] },
  newFeedback: feedback,
  feedback: { ...feedback, created_at: createdAt },
  historyItem,
  history: { items: [historyItem], next_cursor: identification.id },
  providerHealth: { ...circuit, fail_count: '0/3' },
  health,
  degradedHealth: {
    ...health,
    status: 'degraded',
    circuit_state: 'open',
    services: { ...health.services, plant_id: { available: false, circuit_state: 'open', fail_count: '3/3' } },
  },
};
