import type { Logger } from '@plantcommunity/telemetry';
import type { UnusedCopies } from '../store/provider-copies.ts';
import { createQueueSender, type QueueProvider, type QueueRun } from './queue-sender.ts';

/** Creates the function that deletes what providers keep of identifications to which nothing refers any more. */
export function createCopyDeletion(parts: {
  copies: UnusedCopies;
  providers: readonly QueueProvider<'deleteCopy'>[];
  logger: Logger;
}): (signal: AbortSignal) => Promise<QueueRun> {
  const { copies, logger, providers } = parts;
  return createQueueSender({
    queue: copies,
    providers,
    senderFor: ({ deleteCopy }) => deleteCopy && (({ token }, signal) => deleteCopy(token, signal)),
    failureText: 'A provider did not delete the copy of an identification; it is asked again later',
    logger,
  });
}
