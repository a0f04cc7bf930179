import { aboutText, bytesText, secondsText } from '../../lib/format/amounts.ts';
import { bothOrAll } from '../../lib/format/list.ts';
import { PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '../../lib/providers.ts';
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

const STEP_ORDER = ['answered', 'asking', 'unanswered'];

/** Lists providers that answered, in the order of their answers, then those still asked, then those without answer. */
function providerSteps({ answeredBy, providers }: Run): Step[] {
  // The leading provider usually answers last.
  const confirmingFirst = PROVIDER_NAMES.toSorted((one, other) => Number(leads(one)) - Number(leads(other)));
  const order = [...new Set([...answeredBy, ...confirmingFirst])];
  const rank = (name: ProviderName) => STEP_ORDER.indexOf(providers[name]?.type ?? '');
  const steps = order
    .toSorted((one, other) => rank(one) - rank(other))
    .flatMap((name) => {
      const progress = providers[name];
      return progress === undefined ? [] : [providerStep(name, progress)];
    });
  return steps.length === 0 ? [{ key: 'ask', state: 'todo', text: 'Ask for its name' }] : steps;
}

const leads = (name: ProviderName) => PROVIDERS[name].role === 'leads';

function providerStep(provider: ProviderName, progress: ProviderProgress): Step {
  const name = PROVIDERS[provider].displayName;
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
  const count = Object.values(providers).filter(({ type }) => type !== 'unanswered').length;
  const text = count > 1 ? `Compare ${bothOrAll(count)} answers` : 'Write the label';
  return { key: 'compare', state: comparing ? 'doing' : 'todo', text };
}

/** Returns the panel's heading and the sentence below it. */
export function progressHeadline(run: Run): { title: string; sentence: string } {
  if (!run.sent) return { title: 'Sending your photo', sentence: 'It stays here as well until it is named.' };
  const asked = PROVIDER_NAMES.filter((name) => run.providers[name] !== undefined);
  const open = asked.filter((name) => run.providers[name]?.type === 'asking');
  const [last] = open;
  if (run.comparing || (asked.length > 0 && open.length === 0)) {
    return { title: 'Writing the label', sentence: 'All that could answer have answered.' };
  }
  const title =
    asked.length > 1
      ? `Asking ${asked.length === 2 ? 'two' : asked.length} services`
      : last === undefined
        ? 'Reading your photo'
        : `Asking ${PROVIDERS[last].displayName}`;
  return { title, sentence: expectation(run, open) };
}

function expectation(run: Run, open: readonly ProviderName[]): string {
  const answered = run.answeredBy.map((name) => `${PROVIDERS[name].displayName} has answered.`);
  const usual = open.flatMap((name) => {
    const progress = run.providers[name];
    if (progress?.type !== 'asking' || progress.usualMs === undefined) return [];
    return `${PROVIDERS[name].displayName} usually takes ${aboutText(progress.usualMs)}.`;
  });
  return [...answered, ...usual].join(' ') || 'This usually takes a few seconds.';
}
