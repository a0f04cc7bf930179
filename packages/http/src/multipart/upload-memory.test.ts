import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { createUploadMemory } from './upload-memory.ts';

const LIMIT = 400;

/** Gives each subject an address of its own by default. */
function memory() {
  const clock = new FakeClock();
  const bytes = createUploadMemory(LIMIT, clock);
  const hold = (subject: string, address = `address of ${subject}`) => bytes.hold(subject, address);
  return {
    clock,
    memory: {
      hold,
      get heldBytes() {
        return bytes.heldBytes;
      },
    },
  };
}

describe('the upload memory', () => {
  it('counts bytes as they arrive, and subtracts them on release', () => {
    const { memory: bytes } = memory();
    const one = bytes.hold('user:anna');
    expect(bytes.heldBytes).toBe(0);
    expect(one.take(60)).toBeUndefined();
    expect(one.take(40)).toBeUndefined();
    expect(bytes.heldBytes).toBe(100);
    one.release();
    one.release();
    expect(bytes.heldBytes).toBe(0);
  });

  it('limits all uploads of a subject to a quarter', async () => {
    const { clock, memory: bytes } = memory();
    for (let n = 0; n < 10; n += 1) expect(bytes.hold('user:anna').take(10)).toBeUndefined();
    const surplus = bytes.hold('user:anna').take(1);
    expect(bytes.hold('user:bob').take(100)).toBeUndefined();
    clock.advance(2_000);
    await expect(surplus).rejects.toMatchObject({ code: 'busy', status: 503, overShare: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it('limits all accounts of an address to a half', async () => {
    const { clock, memory: bytes } = memory();
    const held = ['a', 'b'].map((user) => bytes.hold(user, 'here'));
    for (const one of held) expect(one.take(100)).toBeUndefined();
    const surplus = bytes.hold('c', 'here').take(1);
    for (const user of ['d', 'e']) expect(bytes.hold(user, 'there').take(100)).toBeUndefined();
    clock.advance(2_000);
    // The uploads of others behind the address do not count as the caller's own share.
    await expect(surplus).rejects.toMatchObject({ code: 'busy', status: 503, overShare: false });
    held[0]?.release();
    expect(bytes.hold('c', 'here').take(100)).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses bytes that do not fit within 2 seconds', async () => {
    const { clock, memory: bytes } = memory();
    for (const user of ['a', 'b', 'c', 'd']) expect(bytes.hold(user).take(100)).toBeUndefined();
    let refused = false;
    const late = bytes.hold('e').take(1);
    late?.catch(() => {
      refused = true;
    });
    clock.advance(1_999);
    await Promise.resolve();
    expect(refused).toBe(false);
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ code: 'busy', overShare: false });
    expect(bytes.heldBytes).toBe(LIMIT);
  });

  it('admits waiting bytes as soon as there is room, first come, first served', async () => {
    const { clock, memory: bytes } = memory();
    const held = ['a', 'b', 'c', 'd'].map((user) => bytes.hold(user));
    for (const one of held) expect(one.take(100)).toBeUndefined();
    const over = bytes.hold('a').take(50);
    const first = bytes.hold('e').take(80);
    const second = bytes.hold('f').take(40);
    held[1]?.release();
    await first;
    expect(bytes.heldBytes).toBe(380);
    held[2]?.release();
    await second;
    clock.advance(2_000);
    await expect(over).rejects.toMatchObject({ overShare: true });
    expect(bytes.heldBytes).toBe(320);
  });

  it('refuses bytes of a request that is over', async () => {
    const { clock, memory: bytes } = memory();
    for (const user of ['a', 'b', 'c', 'd']) expect(bytes.hold(user).take(100)).toBeUndefined();
    const one = bytes.hold('e');
    const waiting = one.take(10);
    one.release();
    await expect(waiting).rejects.toMatchObject({ code: 'busy' });
    await expect(one.take(10)).rejects.toMatchObject({ code: 'busy' });
    expect(bytes.heldBytes).toBe(LIMIT);
    expect(clock.pendingTimers).toBe(0);
  });
});
