import { CallCounter, type Count, control } from './control.ts';
import { ActiveFaults, breakResponse, type Fault, isBreaking, type ProviderName, pause } from './faults.ts';
import { plantIdError } from './plant-id/error.ts';
import { PLANT_ID_PATH, PlantIdService } from './plant-id/service.ts';
import { PlantNetError } from './plantnet/error.ts';
import { PLANTNET_PATH, PlantNetService } from './plantnet/service.ts';
import type { SimulatorRequest } from './server.ts';
import { listen, type SimulatorResponse } from './server.ts';

export type { Fault } from './faults.ts';

export interface SimulatorOptions {
  /** Any free port by default. */
  port?: number;
  /** `human`: answer as slowly as the real services, so that people see the steps. */
  latency?: 'none' | 'human';
  /** Identifications per day that Pl@ntNet allows: 500 by default, as on its free plan. */
  plantNetPerDay?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Simulator {
  /** Origin of the server; clients get `plantIdBaseUrl` and `plantNetBaseUrl`. */
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

/** Serves both services on one port of 127.0.0.1; the path selects the service. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, latency = 'none', plantNetPerDay = 500, now = Date.now } = options;
  const faults = new ActiveFaults();
  const calls = new CallCounter();
  const plantId = new PlantIdService();
  const plantNet = new PlantNetService(plantNetPerDay);

  const handle = async (request: SimulatorRequest): Promise<SimulatorResponse> => {
    if (request.url.pathname.startsWith('/_')) return { response: control(request, faults, calls) };
    const provider = providerOf(request.url.pathname);
    if (!provider) return { response: new Response(null, { status: 404 }) };
    const isIdentify = isIdentification(request);
    calls.add(provider, isIdentify);
    const fault = faults.take(provider, isIdentify);
    const respond = () => respondAs(provider, request, fault);
    if (fault && isBreaking(fault)) return await breakResponse(fault, respond, request.signal);
    await pause(
      fault?.latencyMs ?? (latency === 'human' && isIdentify ? HUMAN_LATENCY_MS[provider] : 0),
      request.signal,
    );
    return { response: await respond() };
  };

  async function respondAs(
    provider: ProviderName,
    request: SimulatorRequest,
    fault: Fault | undefined,
  ): Promise<Response> {
    if (fault?.status !== undefined) return errorOf(provider, fault.status);
    const context = { outOfCredits: fault?.outOfCredits ?? false, now: now(), origin: server.url };
    return provider === 'plant_id' ? await plantId.respond(request, context) : await plantNet.respond(request, context);
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

/** Whether a request costs credits or quota at the real service. */
function isIdentification({ method, url }: SimulatorRequest): boolean {
  const isPaid = method === 'POST' && /^\/api\/v3\/(identification|health_assessment)$/.test(url.pathname);
  return isPaid || url.pathname.startsWith(`${PLANTNET_PATH}/identify/`);
}

function errorOf(provider: ProviderName, status: number): Response {
  return provider === 'plant_id' ? plantIdError(status).toResponse() : new PlantNetError(status).toResponse();
}
