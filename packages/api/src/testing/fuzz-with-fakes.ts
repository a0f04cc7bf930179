import { apiUnderTest, config } from './api-under-test.ts';
import { type FuzzReport, fuzz } from './fuzz.ts';
import { ownedBy } from './owned-by.ts';
import { guardUnderTest, serve } from './serve.ts';

const RATE = { count: 1_000_000, windowMs: 3_600_000 };

/** Fuzzes the API over fakes, which accept every account and photo: so that each request reaches all of the API itself. */
export async function fuzzWithFakes(run: { runs: number; seed?: number }): Promise<FuzzReport> {
  const rates = Object.fromEntries(Object.keys(config.rates).map((name) => [name, RATE]));
  const { api, clock } = apiUnderTest({
    config: { rates: { ...config.rates, ...rates } },
    service: ownedBy('anna'),
  });
  const server = await serve(guardUnderTest(clock), (incoming) => api.rest(incoming));
  try {
    return await fuzz({ port: server.port }, run);
  } finally {
    server.close();
  }
}
