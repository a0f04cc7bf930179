import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consequences } from '../features/admin/override.ts';
import { headlineText } from '../features/admin/overview-text.ts';
import { circuitOf } from '../features/admin/testing/circuit-of.ts';
import { candidateSources, partialText, providerAgreement } from '../features/identify/answer/provider-agreement.ts';
import { progressHeadline, progressSteps } from '../features/identify/progress-steps.ts';
import { startRun, withProgress } from '../features/identify/run.ts';
import { ALL_PROVIDERS_TEXT, PROVIDER_NAMES, PROVIDERS } from './providers.ts';
import type {
  CircuitState,
  CircuitsOverview,
  Identification,
  MergedResult,
  ProgressEvent,
  ProviderName,
  ProviderStatus,
  Suggestion,
} from './wire.ts';

// A name that the API does not have yet.
const FLORA = 'flora' as ProviderName;

const result: MergedResult = { is_plant: false, suggestions: [] };

function suggestion(name: string, sources: Suggestion['sources'], probability?: number): Suggestion {
  return {
    plant_name: name,
    scientific_name: name,
    images: [],
    sources,
    ...(probability === undefined ? {} : { probability }),
  };
}

const source = (provider: ProviderName, rank: number) => ({ provider, rank, of: 10 });

function statuses(plantId: ProviderStatus, plantnet: ProviderStatus, flora: ProviderStatus) {
  const providers = { plant_id: { status: plantId }, plantnet: { status: plantnet }, [FLORA]: { status: flora } };
  return providers as Identification['providers'];
}

function circuits(plantId: CircuitState, plantnet: CircuitState, flora: CircuitState): CircuitsOverview['circuits'] {
  const [first, second, third] = [plantId, plantnet, flora].map((state) => circuitOf({ state }));
  return { plant_id: first, plantnet: second, [FLORA]: third } as unknown as CircuitsOverview['circuits'];
}

describe('the names of all providers', () => {
  it('are those of today', () => {
    expect(ALL_PROVIDERS_TEXT).toBe('Plant.id and Pl@ntNet');
  });
});

describe('with a third provider', () => {
  beforeAll(() => {
    Object.assign(PROVIDERS, { [FLORA]: { displayName: 'Flora', role: 'confirms', scoreIsProbability: false } });
    (PROVIDER_NAMES as ProviderName[]).push(FLORA);
  });
  // Other test files read the same modules.
  afterAll(() => {
    Reflect.deleteProperty(PROVIDERS, FLORA);
    (PROVIDER_NAMES as ProviderName[]).pop();
  });

  it('a label lists the provider that named the plant, then each other one', () => {
    const suggestions = [
      suggestion('Begonia', [source(FLORA, 2), source('plant_id', 1)], 0.87),
      suggestion('Rosa', [source('plantnet', 1)]),
    ];
    const lines = (providers: Identification['providers']) =>
      providerAgreement({ suggestions, providers }).map(({ heading, provider, text, latin = '' }) =>
        `${heading} ${provider} ${text} ${latin}`.replaceAll('\u00a0', ' ').trim(),
      );
    expect(lines(statuses('answered', 'answered', 'answered'))).toEqual([
      'Named by plant_id 87 % sure',
      'Otherwise plantnet whose first choice is Rosa',
      'Agreed by flora its second choice of 10',
    ]);
  });

  it('a candidate names all its providers', () => {
    const sourcesOf = (...sources: Suggestion['sources']) => candidateSources(suggestion('Rosa', sources));
    expect(sourcesOf(source(FLORA, 1), source('plantnet', 3), source('plant_id', 1))).toBe(
      'Plant.id, and third at Pl@ntNet and first at Flora',
    );
    expect(sourcesOf(source(FLORA, 1), source('plantnet', 3))).toBe('Pl@ntNet, third choice, and first at Flora');
    expect(sourcesOf(source(FLORA, 4))).toBe('Flora, fourth choice');
  });

  it('a partial answer names all providers that are missing', () => {
    const text = (providers: Identification['providers']) => partialText({ partial: true, providers });
    expect(text(statuses('resting', 'answered', 'answered'))).toBe(
      'Plant.id is resting, so these are only 2 opinions, without health or care.',
    );
    expect(text(statuses('resting', 'answered', 'busy'))).toBe(
      'Plant.id is resting and Flora is busy, so this is one opinion, without health or care.',
    );
    expect(text(statuses('answered', 'timeout', 'off'))).toBe('Pl@ntNet took too long, so this is one opinion.');
  });

  it('the steps of a run list every provider', () => {
    const asking = (provider: ProviderName): ProgressEvent => ({ type: 'asking', at: 1, provider });
    const events: ProgressEvent[] = [
      { type: 'received', at: 0, photos: 1 },
      ...[...PROVIDER_NAMES].map(asking),
      { type: 'answered', at: 1001, provider: FLORA, verdict: result },
    ];
    const run = events.reduce((each, event) => withProgress(each, event, 0), startRun('a', 1));
    expect(progressSteps(run).map(({ text }) => text)).toEqual([
      'Sent',
      'Read',
      'Flora answered',
      'Asking Pl@ntNet',
      'Asking Plant.id',
      'Compare all answers',
    ]);
    expect(progressHeadline(run)).toEqual({ title: 'Asking 3 services', sentence: 'Flora has answered.' });
  });

  it.each<[CircuitState, CircuitState, CircuitState, string]>([
    ['closed', 'closed', 'closed', 'All services answer.'],
    ['open', 'closed', 'closed', 'Plant.id is open. Pl@ntNet and Flora answer.'],
    ['open', 'closed', 'open', 'Plant.id and Flora are open. Pl@ntNet answers alone.'],
    ['open', 'half_open', 'closed', 'Plant.id is open. Pl@ntNet is being tried again. Flora answers.'],
    ['open', 'open', 'isolated', 'Plant.id and Pl@ntNet are open. Flora is isolated. Only kept answers are given.'],
  ])('the headline of the admin page covers %s, %s and %s', (plantId, plantnet, flora, headline) => {
    expect(headlineText({ shared: true, circuits: circuits(plantId, plantnet, flora) })).toBe(headline);
  });

  it('the consequences of an isolation name all other providers', () => {
    const second = (provider: ProviderName, ...states: Parameters<typeof circuits>) => {
      const overview: CircuitsOverview = {
        at: '2026-11-22T01:44:19Z',
        shared: true,
        answers: { minutes: 15, cached: 0, stale: 0, fresh: 0, waiting: 0 },
        circuits: circuits(...states),
        audit: [],
      };
      return consequences({ type: 'isolate', provider }, overview)[1];
    };
    expect({
      leading: second('plant_id', 'closed', 'closed', 'closed'),
      confirming: second(FLORA, 'closed', 'closed', 'closed'),
      oneLeft: second(FLORA, 'closed', 'open', 'closed'),
      noneLeft: second('plantnet', 'open', 'closed', 'off'),
    }).toEqual({
      leading: 'Answers come from cache, Pl@ntNet and Flora, without health or care.',
      confirming: 'Answers come from cache, Plant.id and Pl@ntNet.',
      oneLeft: 'Answers come from cache and Plant.id, without a second opinion. Pl@ntNet cannot be asked either.',
      noneLeft: 'Only kept answers are given: Plant.id and Flora cannot be asked either.',
    });
  });
});
