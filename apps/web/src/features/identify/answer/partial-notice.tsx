import { PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '@/lib/providers.ts';
import type { Identification, ProviderName, ProviderStatus } from '@/lib/wire.ts';
import { Notice } from '@/ui/notice.tsx';

interface Missing {
  provider: ProviderName;
  status: Exclude<ProviderStatus, 'answered' | 'off'>;
}

/** The service that is on and gave no answer. */
export function missingProvider({ providers }: Pick<Identification, 'providers'>): Missing | undefined {
  for (const provider of PROVIDERS) {
    const { status } = providers[provider];
    if (status !== 'answered' && status !== 'off') return { provider, status };
  }
  return undefined;
}

/** One opinion only: whose is missing, and what is missing with it. */
export function PartialNotice({ answer }: { answer: Identification }) {
  const missing = answer.partial ? missingProvider(answer) : undefined;
  if (missing === undefined) return null;
  const without = missing.provider === 'plant_id' ? ', without health or care' : '';
  return (
    <Notice tone="resting">
      {PROVIDER_NAMES[missing.provider]} {UNANSWERED[missing.status].phrase}, so this is one opinion{without}.
    </Notice>
  );
}
