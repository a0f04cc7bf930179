import { describe, expect, it } from 'vitest';
import { redisMemory, stateOf } from './redis-health.ts';

describe('the state of a Redis that is lost', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", 'read_only'],
    ['MASTERDOWN Link with MASTER is down', 'read_only'],
    ['MISCONF Redis is configured to save RDB snapshots', 'read_only'],
    ['NOREPLICAS Not enough good replicas to write.', 'read_only'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ['CLUSTERDOWN The cluster is down', 'down'],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'down'],
    ['no answer', 'down'],
  ])('for "%s" is %s', (reason, state) => expect(stateOf(reason)).toBe(state));
});

describe('the memory in INFO', () => {
  it.each([
    [
      'with a limit',
      '# Memory\r\nused_memory:1048576\r\nused_memory_human:1.00M\r\nmaxmemory:2097152\r\n',
      { used: 1_048_576, max: 2_097_152 },
    ],
    ['without a limit', 'used_memory:7\r\nmaxmemory:0\r\n', { used: 7 }],
    ['of a Redis that keeps it back', '# Memory\r\n', undefined],
  ])('%s', (_, info, memory) => expect(redisMemory(info)).toEqual(memory));
});
