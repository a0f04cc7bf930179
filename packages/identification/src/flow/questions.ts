import { type IdentifyOptions, PROVIDERS, type ProviderName } from '../provider.ts';
import { answerKey } from './answer-key.ts';
import type { FlowParts, ProviderLane } from './flow-parts.ts';
import { sentOptions } from './sent-options.ts';
import type { IdentifyRequest } from './service.ts';

/** The question of a request to one provider, with the parts to ask it. */
export interface Question extends ProviderLane {
  name: ProviderName;
  key: string;
  /** The options as they are sent to this provider. */
  options: IdentifyOptions;
  photos: number;
}

/** Returns a question for each enabled provider. */
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
