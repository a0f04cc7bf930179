import { processFacts } from './process-identity.mjs';

const POLL_MS = 300;
const SHELL = /^(?:\S*\/)?(?:sh|dash|bash|zsh|ash|busybox)(?:\s|$)/;
const PACKAGE_RUNNER = /^(?:npm|npx|pnpm|yarn)\b|[\\/](?:npm|npx|pnpm|yarn)(?:-cli)?(?:\.c?js)?(?:\s|$)/;

/** @typedef {import('./process-identity.mjs').ProcessFacts} ProcessFacts */

/**
 * Returns the processes between a typed command and this one: `npm start`, its shell, `npx`, its shell. Stops at the
 * topmost package runner, because closing the terminal or supervisor above it must not end us.
 * @param {number} pid
 * @param {(pid: number) => ProcessFacts | undefined} [lookUp]
 * @returns {ProcessFacts[]} this process first
 */
export function parentChain(pid, lookUp = processFacts) {
  const self = lookUp(pid);
  if (!self) return [];
  const chain = [self];
  let length = 1;
  for (let link = lookUp(self.parent); link; link = lookUp(link.parent)) {
    const isRunner = PACKAGE_RUNNER.test(link.command);
    if (!isRunner && !SHELL.test(link.command)) break;
    chain.push(link);
    if (isRunner) length = chain.length;
  }
  return chain.slice(0, length);
}

/**
 * Whether each process of the chain still has the parent that it had.
 * @param {readonly ProcessFacts[]} chain
 * @param {(pid: number) => ProcessFacts | undefined} [lookUp]
 */
export function isUnbroken(chain, lookUp = processFacts) {
  return chain.slice(0, -1).every((link) => lookUp(link.pid)?.parent === link.parent);
}

/**
 * Polls the chain for a process that has ended: npm does not forward signals.
 * @param {() => void} onBroken called once
 * @returns {() => void} stops watching
 */
export function watchParents(onBroken) {
  const chain = parentChain(process.pid);
  const timer = setInterval(() => {
    if (isUnbroken(chain)) return;
    clearInterval(timer);
    onBroken();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
