import { type IdentifyOptions, PROVIDER_NAMES, type ProviderName } from '../types.ts';
import { answerKey } from './answer-key.ts';
import type { IdentifyDependencies, ProviderPipeline } from './dependencies.ts';
import { sentOptions } from './sent-options.ts';
import type { IdentifyRequest } from './service.ts';

/** The question of a request to one provider, with the parts to ask it. */
export interface Question extends ProviderPipeline {
  name: ProviderName;
  key: string;
  /** The options as they are sent to this provider. */
  options: IdentifyOptions;
  photos: number;
}

/** Returns a question for each enabled provider. */
export function questionsFor(
  lanes: IdentifyDependencies['pipelines'],
  { options, photos }: Pick<IdentifyRequest, 'options' | 'photos'>,
): Question[] {
  const photoHashes = photos.map(({ hash }) => hash);
  return PROVIDER_NAMES.flatMap((name) => {
    const lane = lanes[name];
    if (lane === undefined) return [];
    const { contractVersion, origin } = lane.provider;
    const sent = sentOptions(lane.provider, options);
    const key = answerKey({ provider: name, origin, contractVersion, photoHashes, options: sent });
    return [{ ...lane, name, key, options: sent, photos: photos.length }];
  });
}
