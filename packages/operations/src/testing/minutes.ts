import type { FakeClock } from '@plantcommunity/resilience/testing';
import { MinuteCounters } from '../stats/minute-counters.ts';
import type { MinuteStore } from '../stats/minute-store.ts';

/** Redis as a test scripts it, with the minutes that processes wrote to it. */
export interface ScriptedRedis {
  isReady: boolean;
  /** Loses the reply to the next write, which is carried out. */
  losesReply: boolean;
  /** Numbers of the minutes that each exchange read. */
  reads: number[];
  writes: number;
  loseData(): void;
  /** Starts what one process has. */
  counters(clock: FakeClock): MinuteCounters;
}

export function scriptedRedis(): ScriptedRedis {
  const minutes = new Map<number, Map<string, string>>();
  const lossListeners = new Set<() => void>();
  let processes = 0;
  const redis: ScriptedRedis = {
    isReady: true,
    losesReply: false,
    reads: [],
    writes: 0,
    loseData() {
      minutes.clear();
      for (const listener of lossListeners) listener();
    },
    counters(clock) {
      processes += 1;
      return new MinuteCounters({
        store: storeOf(`process ${processes}`),
        redis: {
          isReady: () => redis.isReady,
          subscribe: () => () => undefined,
          onDataLoss(listener) {
            lossListeners.add(listener);
            return () => lossListeners.delete(listener);
          },
        },
        providers: ['plant_id', 'plantnet'],
        clock,
      });
    },
  };
  return redis;

  function storeOf(id: string): MinuteStore {
    return {
      async exchange(write, read) {
        if (!redis.isReady) throw new Error('Redis is away');
        redis.reads.push(read.length);
        redis.writes += write.length;
        for (const { counts, minute } of write) {
          const stored = minutes.get(minute) ?? new Map<string, string>();
          minutes.set(minute, stored.set(id, counts));
        }
        if (redis.losesReply) {
          redis.losesReply = false;
          throw new Error('no reply in time');
        }
        return read.map((minute) => ({
          minute,
          others: new Map([...(minutes.get(minute) ?? [])].filter(([owner]) => owner !== id)),
        }));
      },
    };
  }
}
