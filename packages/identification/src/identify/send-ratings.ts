import type { Logger } from '@plantcommunity/telemetry';
import type { RatingQueue } from '../store/feedback.ts';
import { createFollowUpSender, type FollowUpProvider, type FollowUpRun } from './follow-up-sender.ts';

/** Creates the function that sends the ratings of owners to the providers whose answers they are about. */
export function createRatingSender(parts: {
  queue: RatingQueue;
  providers: readonly FollowUpProvider<'rateAnswer'>[];
  logger: Logger;
}): (signal: AbortSignal) => Promise<FollowUpRun> {
  const { logger, providers, queue } = parts;
  return createFollowUpSender({
    queue,
    providers,
    senderFor: ({ rateAnswer }) => rateAnswer && (({ rating, token }, signal) => rateAnswer(token, rating, signal)),
    failureText: 'A provider did not take the rating of an answer; it is sent again later',
    logger,
  });
}
