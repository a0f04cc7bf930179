import type { Logger } from '@plantcommunity/telemetry';
import type { UnsentRatings } from '../store/feedback.ts';
import { createQueueSender, type QueueProvider, type QueueRun } from './queue-sender.ts';

/** Creates the function that sends the ratings of owners to the providers whose answers they are about. */
export function createRatingSender(parts: {
  ratings: UnsentRatings;
  providers: readonly QueueProvider<'rateCopy'>[];
  logger: Logger;
}): (signal: AbortSignal) => Promise<QueueRun> {
  const { logger, providers, ratings } = parts;
  return createQueueSender({
    queue: ratings,
    providers,
    senderFor: ({ rateCopy }) => rateCopy && (({ rating, token }, signal) => rateCopy(token, rating, signal)),
    failureText: 'A provider did not take the rating of an answer; it is sent again later',
    logger,
  });
}
