import { openDatabase } from '@plantcommunity/db';
import { systemClock } from '@plantcommunity/resilience';
import { createIdempotencyKeys, type KeyedRequest } from '../idempotency-keys.ts';

// One process of a test: begins the run of a named request, which never ends, and sends a message then.
const [url = '', request = ''] = process.argv.slice(2);

const keys = createIdempotencyKeys({ client: openDatabase({ url, poolSize: 1 }).client, clock: systemClock });
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test writes it
const { type } = await keys.begin(JSON.parse(request) as KeyedRequest);
process.send?.(type);
process.once('disconnect', () => process.exit(0));
