import { aboutText, bytesText, secondsText } from '../../lib/format/amounts.ts';
import { otherProvider, PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '../../lib/providers.ts';
import type { ProviderName } from '../../lib/wire.ts';
import type { Asked, Run } from './run.ts';

/** One line of the work as it is told. */
export interface Step {
  key: string;
  state: 'done' | 'doing' | 'todo' | 'missed';
  text: string;
  note?: string;
  /** Its own number: bytes, or how long it took. */
  figure?: string;
  /** Set while bytes are on their way. */
  upload?: { sent: number; total: number };
  /** Set while a provider is being asked. */
  wait?: Extract<Asked, { state: 'asking' }>;
  /** This provider's answer can be shown already. */
  word?: ProviderName;
}

export function stepsOf(run: Run): Step[] {
  return [sending(run), ...(run.sent ? [reading(run), ...asking(run), comparing(run)] : waiting())];
}

function sending({ sent, sentBytes, totalBytes }: Run): Step {
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

function waiting(): Step[] {
  return [
    { key: 'read', state: 'todo', text: 'Read it' },
    { key: 'ask', state: 'todo', text: 'Ask for its name' },
    { key: 'compare', state: 'todo', text: 'Compare the answers' },
  ];
}

function reading({ readMs, asked }: Run): Step {
  if (readMs !== undefined) {
    return {
      key: 'read',
      state: 'done',
      text: 'Read',
      note: 'Made smaller, location removed',
      figure: secondsText(readMs),
    };
  }
  const known = Object.values(asked).some(({ state }) => state !== 'asking');
  if (known) return { key: 'read', state: 'done', text: 'Read' };
  return { key: 'read', state: 'doing', text: 'Reading it' };
}

/** First those that answered, in their order, then those still asked, then those that will not answer. */
function asking(run: Run): Step[] {
  const [first] = run.answeredBy;
  const order: ProviderName[] = first === undefined ? ['plantnet', 'plant_id'] : [first, otherProvider(first)];
  const rank = (name: ProviderName) => ['answered', 'asking', 'unanswered'].indexOf(run.asked[name]?.state ?? '');
  const told = order.filter((name) => run.asked[name] !== undefined).toSorted((a, b) => rank(a) - rank(b));
  if (told.length === 0) return [{ key: 'ask', state: 'todo', text: 'Ask for its name' }];
  return told.flatMap((name) => {
    const asked = run.asked[name];
    return asked === undefined ? [] : [provider(name, asked)];
  });
}

function provider(name: ProviderName, asked: Asked): Step {
  const who = PROVIDER_NAMES[name];
  switch (asked.state) {
    case 'asking':
      return { key: name, state: 'doing', text: `Asking ${who}`, wait: asked };
    case 'answered':
      return {
        key: name,
        state: 'done',
        text: `${who} answered`,
        figure: asked.tookMs === undefined ? 'known already' : secondsText(asked.tookMs),
        word: name,
      };
    case 'unanswered':
      return { key: name, state: 'missed', text: `${who} ${UNANSWERED[asked.status].phrase}` };
  }
}

function comparing({ comparing: now, asked }: Run): Step {
  const both = Object.values(asked).filter(({ state }) => state !== 'unanswered').length > 1;
  const text = both ? 'Compare both answers' : 'Write the label';
  return { key: 'compare', state: now ? 'doing' : 'todo', text };
}

/** The panel's heading and the sentence under it. */
export function headline(run: Run): { title: string; sentence: string } {
  if (!run.sent) return { title: 'Sending your photo', sentence: 'It stays here as well until it is named.' };
  const names = PROVIDERS.filter((name) => run.asked[name] !== undefined);
  const open = names.filter((name) => run.asked[name]?.state === 'asking');
  const [last] = open;
  if (run.comparing || (names.length > 0 && open.length === 0)) {
    return { title: 'Writing the label', sentence: 'All that could answer have answered.' };
  }
  const title =
    names.length > 1
      ? 'Asking two services'
      : last === undefined
        ? 'Reading your photo'
        : `Asking ${PROVIDER_NAMES[last]}`;
  return { title, sentence: expectation(run, open) };
}

function expectation(run: Run, open: readonly ProviderName[]): string {
  const answered = run.answeredBy.map((name) => `${PROVIDER_NAMES[name]} has answered.`);
  const usual = open.flatMap((name) => {
    const asked = run.asked[name];
    if (asked?.state !== 'asking' || asked.usualMs === undefined) return [];
    return `${PROVIDER_NAMES[name]} usually takes ${aboutText(asked.usualMs)}.`;
  });
  return [...answered, ...usual].join(' ') || 'This usually takes a few seconds.';
}
