import type { Logger } from '@plantcommunity/telemetry';
import type { CopyDeletionQueue } from '../store/provider-copies.ts';
import { createFollowUpSender, type FollowUpProvider, type FollowUpRun } from './follow-up-sender.ts';

/** Creates the function that deletes the copies at providers to which nothing refers any more. */
export function createCopyDeletion(parts: {
  queue: CopyDeletionQueue;
  providers: readonly FollowUpProvider<'deleteCopy'>[];
  logger: Logger;
}): (signal: AbortSignal) => Promise<FollowUpRun> {
  const { logger, providers, queue } = parts;
  return createFollowUpSender({
    queue,
    providers,
    senderFor: ({ deleteCopy }) => deleteCopy && (({ token }, signal) => deleteCopy(token, signal)),
    failureText: 'A provider did not delete the copy of an identification; it is asked again later',
    logger,
  });
}
