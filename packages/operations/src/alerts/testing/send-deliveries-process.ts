import { openDatabase } from '@plantcommunity/db';
import { testDatabaseUrl } from '@plantcommunity/db/testing';
import { systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { createDeliverySender } from '../webhook/delivery-sender.ts';
import { DeliveryStore } from '../webhook/delivery-store.ts';

// Sends the deliveries that are due, as a process that a test can kill: node send-deliveries-process.ts <url> <secret>
const [url = '', secret = ''] = process.argv.slice(2);
const { client } = openDatabase({ url: testDatabaseUrl() });
const store = new DeliveryStore(client, { clock: systemClock, appUrl: new URL('http://localhost:3000') });
const parts = { store, clock: systemClock, logger: createLogger({ level: 'silent' }) };
const webhook = { url: new URL(url), secret, allowPrivate: true };
await createDeliverySender(webhook, parts).sendDue(new AbortController().signal);
