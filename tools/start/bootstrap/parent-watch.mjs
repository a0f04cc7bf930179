import { processFacts } from './process-identity.mjs';

const POLL_MS = 300;
const SHELL = /^(?:\S*\/)?(?:sh|dash|bash|zsh|ash|busybox)(?:\s|$)/;
const PACKAGE_RUNNER = /^(?:npm|npx|pnpm|yarn)\b|[\\/](?:npm|npx|pnpm|yarn)(?:-cli)?(?:\.c?js)?(?:\s|$)/;

/** @typedef {import('./process-identity.mjs').ProcessFacts} ProcessFacts */

/**
 * The processes that stand between a command typed by someone and this one: `npm start`, its shell, `npx`, its shell.
 * Ends at the topmost package runner, so that a terminal or a supervisor above it may go.
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
 * A link whose parent is no longer the one it had has lost it.
 * @param {readonly ProcessFacts[]} chain
 * @param {(pid: number) => ProcessFacts | undefined} [lookUp]
 */
export function isUnbroken(chain, lookUp = processFacts) {
  return chain.slice(0, -1).every((link) => lookUp(link.pid)?.parent === link.parent);
}

/**
 * npm does not hand signals on, so the end of any process of the chain is noticed by looking.
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
