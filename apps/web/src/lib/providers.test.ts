import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headlineOf } from '../features/admin/headline/headline-text.ts';
import { consequences } from '../features/admin/override/override.ts';
import { circuitOf, overviewOf } from '../features/admin/testing/overview-of.ts';
import { candidateSources, partialText, providerAgreement } from '../features/identify/answer/provider-agreement.ts';
import { progressHeadline, progressSteps } from '../features/identify/progress-steps.ts';
import { startRun, withProgress } from '../features/identify/run.ts';
import { ALL_PROVIDERS_TEXT, PROVIDER_NAMES, PROVIDERS } from './providers.ts';
import type {
  CircuitState,
  Identification,
  MergedResult,
  Overview,
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

function overviewIn(plantId: CircuitState, plantnet: CircuitState, flora: CircuitState): Overview {
  const circuits = { ...overviewOf().circuits, [FLORA]: circuitOf({ state: flora }) };
  circuits.plant_id.state = plantId;
  circuits.plantnet.state = plantnet;
  return { ...overviewOf(), circuits };
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
    ['open', 'closed', 'closed', 'Plant.id has stopped answering; Pl@ntNet and Flora answer.'],
    ['open', 'closed', 'open', 'Plant.id and Flora have stopped answering; Pl@ntNet answers alone.'],
    [
      'open',
      'half_open',
      'closed',
      'Plant.id has stopped answering and Pl@ntNet is being tried again; Flora answers alone.',
    ],
    [
      'open',
      'open',
      'isolated',
      'Plant.id and Pl@ntNet have stopped answering and Flora is isolated; people get kept answers only.',
    ],
  ])('the headline of the admin page covers %s, %s and %s', (plantId, plantnet, flora, headline) => {
    const overview = overviewIn(plantId, plantnet, flora);
    expect(headlineOf(overview, { status: 'live', text: 'Live' }).title).toBe(headline);
  });

  it('the consequences of an isolation name all other providers', () => {
    const second = (provider: ProviderName, ...states: Parameters<typeof overviewIn>) =>
      consequences({ type: 'isolate', provider }, overviewIn(...states))[1];
    expect({
      leading: second('plant_id', 'closed', 'closed', 'closed'),
      confirming: second(FLORA, 'closed', 'closed', 'closed'),
      oneLeft: second(FLORA, 'closed', 'open', 'closed'),
      noneLeft: second('plantnet', 'open', 'closed', 'off'),
    }).toEqual({
      leading: 'Answers come from the cache, Pl@ntNet and Flora, without health or care.',
      confirming: 'Answers come from the cache, Plant.id and Pl@ntNet.',
      oneLeft: 'Answers come from the cache and Plant.id, without a second opinion. Pl@ntNet can’t be asked either.',
      noneLeft: 'People get kept answers only: Plant.id and Flora can’t be asked either.',
    });
  });
});
