import { aboutText, bytesText, secondsText } from '../../lib/format/amounts.ts';
import { otherProvider, PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '../../lib/providers.ts';
import type { ProviderName } from '../../lib/wire.ts';
import type { ProviderProgress, Run } from './run.ts';

/** One line in the list of steps. */
export interface Step {
  key: string;
  state: 'done' | 'doing' | 'todo' | 'missed';
  text: string;
  note?: string;
  /** The step's own number: bytes, or its duration. */
  figure?: string;
  /** Set during the upload. */
  upload?: { sent: number; total: number };
  /** Set while the provider works. */
  wait?: Extract<ProviderProgress, { type: 'asking' }>;
  /** Provider whose answer can be shown already. */
  answeredBy?: ProviderName;
}

export function progressSteps(run: Run): Step[] {
  return [uploadStep(run), ...(run.sent ? [readStep(run), ...providerSteps(run), compareStep(run)] : STEPS_TO_COME)];
}

const STEPS_TO_COME: readonly Step[] = [
  { key: 'read', state: 'todo', text: 'Read it' },
  { key: 'ask', state: 'todo', text: 'Ask for its name' },
  { key: 'compare', state: 'todo', text: 'Compare the answers' },
];

function uploadStep({ sent, sentBytes, totalBytes }: Run): Step {
  if (sent) return { key: 'send', state: 'done', text: 'Sent', figure: bytesText(totalBytes) };
  const figure = `${bytesText(sentBytes)} of ${bytesText(totalBytes)}`;
  return {
    key: 'send',
    state: 'doing',
    text: 'Sending your photo',
    figure,
    upload: { sent: sentBytes, total: totalBytes },
  };
}

function readStep({ readMs, providers }: Run): Step {
  if (readMs !== undefined) {
    return {
      key: 'read',
      state: 'done',
      text: 'Read',
      note: 'Made smaller, location removed',
      figure: secondsText(readMs),
    };
  }
  const isCached = Object.values(providers).some(({ type }) => type !== 'asking');
  if (isCached) return { key: 'read', state: 'done', text: 'Read' };
  return { key: 'read', state: 'doing', text: 'Reading it' };
}

const PROVIDER_ORDER = ['answered', 'asking', 'unanswered'];

/** Lists providers that answered, in the order of their answers, then those still asked, then those without answer. */
function providerSteps({ answeredBy, providers }: Run): Step[] {
  const [first] = answeredBy;
  const order: ProviderName[] = first === undefined ? ['plantnet', 'plant_id'] : [first, otherProvider(first)];
  const rank = (name: ProviderName) => PROVIDER_ORDER.indexOf(providers[name]?.type ?? '');
  const steps = order
    .toSorted((one, other) => rank(one) - rank(other))
    .flatMap((name) => {
      const progress = providers[name];
      return progress === undefined ? [] : [providerStep(name, progress)];
    });
  return steps.length === 0 ? [{ key: 'ask', state: 'todo', text: 'Ask for its name' }] : steps;
}

function providerStep(provider: ProviderName, progress: ProviderProgress): Step {
  const name = PROVIDER_NAMES[provider];
  switch (progress.type) {
    case 'asking':
      return { key: provider, state: 'doing', text: `Asking ${name}`, wait: progress };
    case 'answered':
      return {
        key: provider,
        state: 'done',
        text: `${name} answered`,
        figure: progress.tookMs === undefined ? 'known already' : secondsText(progress.tookMs),
        answeredBy: provider,
      };
    case 'unanswered':
      return { key: provider, state: 'missed', text: `${name} ${UNANSWERED[progress.status].phrase}` };
  }
}

function compareStep({ comparing, providers }: Run): Step {
  const both = Object.values(providers).filter(({ type }) => type !== 'unanswered').length > 1;
  const text = both ? 'Compare both answers' : 'Write the label';
  return { key: 'compare', state: comparing ? 'doing' : 'todo', text };
}

/** Returns the panel's heading and the sentence below it. */
export function progressHeadline(run: Run): { title: string; sentence: string } {
  if (!run.sent) return { title: 'Sending your photo', sentence: 'It stays here as well until it is named.' };
  const asked = PROVIDERS.filter((name) => run.providers[name] !== undefined);
  const open = asked.filter((name) => run.providers[name]?.type === 'asking');
  const [last] = open;
  if (run.comparing || (asked.length > 0 && open.length === 0)) {
    return { title: 'Writing the label', sentence: 'All that could answer have answered.' };
  }
  const title =
    asked.length > 1
      ? 'Asking two services'
      : last === undefined
        ? 'Reading your photo'
        : `Asking ${PROVIDER_NAMES[last]}`;
  return { title, sentence: expectation(run, open) };
}

function expectation(run: Run, open: readonly ProviderName[]): string {
  const answered = run.answeredBy.map((name) => `${PROVIDER_NAMES[name]} has answered.`);
  const usual = open.flatMap((name) => {
    const progress = run.providers[name];
    if (progress?.type !== 'asking' || progress.usualMs === undefined) return [];
    return `${PROVIDER_NAMES[name]} usually takes ${aboutText(progress.usualMs)}.`;
  });
  return [...answered, ...usual].join(' ') || 'This usually takes a few seconds.';
}
