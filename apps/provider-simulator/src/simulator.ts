import { broken } from './broken.ts';
import { CallCounter, type Count } from './calls.ts';
import { control } from './control.ts';
import { type Fault, FaultBoard, isBreaking, type ProviderName } from './faults.ts';
import type { Incoming } from './incoming.ts';
import { pause } from './pause.ts';
import { usualRefusal } from './plant-id/refusal.ts';
import { PLANT_ID_PATH, PlantIdService } from './plant-id/service.ts';
import { Refusal } from './plantnet/refusal.ts';
import { PLANTNET_PATH, PlantNetService } from './plantnet/service.ts';
import { type Answer, listen } from './server.ts';

export type { Fault } from './faults.ts';

export interface SimulatorOptions {
  /** Any free one unless given. */
  port?: number;
  /** `human`: as long as the real services take, so that people see the steps. */
  latency?: 'none' | 'human';
  /** Identifications that Pl@ntNet allows: 500 unless given, as on its free plan. */
  plantNetPerDay?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Simulator {
  /** Of the server; `plantIdBaseUrl` and `plantNetBaseUrl` are what clients are given. */
  readonly url: string;
  readonly plantIdBaseUrl: string;
  readonly plantNetBaseUrl: string;
  setFault(fault: Fault): void;
  clearFaults(): void;
  calls(): Readonly<Record<ProviderName, Readonly<Count>>>;
  resetCalls(): void;
  close(): Promise<void>;
}

const HUMAN_LATENCY_MS: Readonly<Record<ProviderName, number>> = { plant_id: 1400, plantnet: 600 };

/** Both services on one port of 127.0.0.1, told apart by their paths. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, latency = 'none', plantNetPerDay = 500, now = Date.now } = options;
  const faults = new FaultBoard();
  const calls = new CallCounter();
  const plantId = new PlantIdService();
  const plantNet = new PlantNetService(plantNetPerDay);

  const handle = async (request: Incoming): Promise<Answer> => {
    if (request.url.pathname.startsWith('/_')) return { response: control(request, faults, calls) };
    const provider = providerOf(request.url.pathname);
    if (!provider) return { response: new Response(null, { status: 404 }) };
    const isIdentify = isIdentification(request);
    calls.add(provider, isIdentify);
    const fault = faults.meet(provider, isIdentify);
    const answer = () => answerOf(provider, request, fault);
    if (fault && isBreaking(fault)) return await broken(fault, answer, request.gone);
    await pause(fault?.latencyMs ?? (latency === 'human' && isIdentify ? HUMAN_LATENCY_MS[provider] : 0), request.gone);
    return { response: await answer() };
  };

  async function answerOf(provider: ProviderName, request: Incoming, fault: Fault | undefined): Promise<Response> {
    if (fault?.status !== undefined) return refusalOf(provider, fault.status);
    const circumstances = { outOfCredits: fault?.outOfCredits ?? false, now: now(), origin: server.url };
    return provider === 'plant_id'
      ? await plantId.answer(request, circumstances)
      : await plantNet.answer(request, circumstances);
  }

  const server = await listen(handle, port);
  return {
    url: server.url,
    plantIdBaseUrl: server.url + PLANT_ID_PATH,
    plantNetBaseUrl: server.url + PLANTNET_PATH,
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    calls: () => calls.counts(),
    resetCalls: () => calls.reset(),
    close: () => server.close(),
  };
}

function providerOf(path: string): ProviderName | undefined {
  if (path.startsWith(`${PLANT_ID_PATH}/`)) return 'plant_id';
  if (path.startsWith(`${PLANTNET_PATH}/`)) return 'plantnet';
  return undefined;
}

/** What costs something at the real service. */
function isIdentification({ method, url }: Incoming): boolean {
  const isPaid = method === 'POST' && /^\/api\/v3\/(identification|health_assessment)$/.test(url.pathname);
  return isPaid || url.pathname.startsWith(`${PLANTNET_PATH}/identify/`);
}

function refusalOf(provider: ProviderName, status: number): Response {
  return provider === 'plant_id' ? usualRefusal(status).toResponse() : new Refusal(status).toResponse();
}
