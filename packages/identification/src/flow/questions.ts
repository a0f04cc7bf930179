import { type IdentifyOptions, PROVIDERS, type ProviderName } from '../provider.ts';
import { answerKey } from './answer-key.ts';
import type { FlowParts, ProviderLane } from './flow-parts.ts';
import { sentOptions } from './sent-options.ts';
import type { IdentifyRequest } from './service.ts';

/** What one provider is asked for a request. */
export interface Question extends ProviderLane {
  name: ProviderName;
  key: string;
  /** As this provider is sent them. */
  options: IdentifyOptions;
  photos: number;
}

/** A question for each provider that is on. */
export function questionsOf(
  lanes: FlowParts['lanes'],
  { options, photos }: Pick<IdentifyRequest, 'options' | 'photos'>,
): Question[] {
  const photoHashes = photos.map(({ hash }) => hash);
  return PROVIDERS.flatMap((name) => {
    const lane = lanes[name];
    if (lane === undefined) return [];
    const { contractVersion, origin } = lane.provider;
    const sent = sentOptions(lane.provider, options);
    const key = answerKey({ provider: name, origin, contractVersion, photoHashes, options: sent });
    return [{ ...lane, name, key, options: sent, photos: photos.length }];
  });
}
