import type {
  Identification,
  IdentificationService,
  IdentifyRequest,
  IdentifyResult,
} from '@plantcommunity/identification';

const MEGABYTE = 1_048_576;

export const photoLimits = { maxBytes: 10 * MEGABYTE, maxSide: 10_000, maxPixels: 89_000_000, maxPhotos: 5 };

/** An identification of a Swiss cheese plant by both providers. */
export const monstera: Identification = {
  demo: false,
  partial: false,
  cached: false,
  stale: false,
  isPlant: true,
  confidence: 0.95,
  suggestions: [
    {
      plantName: 'Swiss cheese plant',
      scientificName: 'Monstera deliciosa',
      family: 'Araceae',
      genus: 'Monstera',
      probability: 0.95,
      sources: [
        { provider: 'plant_id', score: 0.95, rank: 1, of: 3 },
        { provider: 'plantnet', score: 0.71, rank: 1, of: 10 },
      ],
      gbifId: '2868241',
      images: [{ url: 'https://plants.example/monstera.jpg', author: 'A. Botanist', license: 'cc-by-sa' }],
    },
  ],
  care: { watering: { min: 2, max: 2 }, light: 'Bright, indirect' },
  health: { isHealthy: true, probability: 0.88, diseases: [] },
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
};

/** An answer whose call counts. */
export const billed = (identification: Identification): IdentifyResult => ({ identification, billable: true });

export const storedId = '01JD8Z4Q0M3T5R7V9X1B2C4D6F';
export const createdAt = new Date('2026-03-01T12:00:00.000Z');

/** The stored identification as the history lists it. */
export const storedItem = {
  id: storedId,
  createdAt,
  isPlant: true,
  plantName: 'Swiss cheese plant',
  scientificName: 'Monstera deliciosa',
  confidence: 0.95,
  demo: false,
  photos: 1,
  photosState: 'kept',
} as const;

/** Creates a service that records its requests and whose answers a test can set. */
export function fakeService(options: Partial<IdentificationService> = {}) {
  const asked: IdentifyRequest[] = [];
  const closed = { available: true, state: 'closed', failCount: 0 } as const;
  const service: IdentificationService = {
    photoLimits,
    isDemo: false,
    quotaUse: () => 0,
    async identify({ ownerId }) {
      return billed(ownerId === undefined ? monstera : { ...monstera, id: storedId });
    },
    async *progress() {
      yield { type: 'received', at: 3, photos: 1 };
      yield { type: 'done', at: 900, ok: true };
    },
    health: async () => ({
      providers: { plant_id: { ...closed, failMax: 3 }, plantnet: { ...closed, failMax: 5 } },
      redis: true,
      database: true,
    }),
    history: async () => ({ items: [] }),
    find: async () => undefined,
    async *exportHistory() {},
    giveFeedback: async (_ownerId, _id, feedback) => ({ ...feedback, createdAt }),
    photo: async () => undefined,
    delete: async () => true,
    deleteAll: async () => undefined,
    restore: async () => true,
    restoreAll: async () => undefined,
    forget: async () => undefined,
    ...options,
  };
  const recording: IdentificationService = {
    ...service,
    identify(request) {
      asked.push(request);
      return service.identify(request);
    },
  };
  return { service: recording, asked };
}
