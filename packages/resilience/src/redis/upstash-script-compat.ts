import { createHash } from 'node:crypto';
import type { Command } from './command.ts';

/** Only Upstash knows this flag: plain Redis refuses every script of @upstash/ratelimit for it. */
const UPSTASH_FLAG = 'allow-key-locking';
const SHEBANG = /^#![^\n]*/;

interface AdaptedScript {
  readonly sha: string;
  readonly text: string;
}

/**
 * Makes scripts written for Upstash run on plain Redis: their first line goes, the line break stays so that line
 * numbers hold. Callers go on using the sha of the script as they wrote it.
 */
export class UpstashScriptCompat {
  readonly #bySha: Map<string, AdaptedScript> = new Map();

  /** The command as plain Redis takes it. */
  adapt(command: Command): Command {
    const [name, script = '', ...rest] = command;
    switch (name) {
      case 'EVAL':
      case 'EVAL_RO':
        return hasUpstashFlag(script) ? [name, this.#remember(script).text, ...rest] : command;
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, this.#bySha.get(script.toLowerCase())?.sha ?? script, ...rest];
      case 'SCRIPT':
        return this.#adaptScriptLoad(command);
      default:
        return command;
    }
  }

  /** What to send instead of an EVALSHA that Redis does not know, when we know the text. */
  withText(command: Command): Command | undefined {
    const [name, sha = '', ...rest] = command;
    const known = name.startsWith('EVALSHA') ? this.#bySha.get(sha.toLowerCase()) : undefined;
    return known && [name.replace('EVALSHA', 'EVAL'), known.text, ...rest];
  }

  #adaptScriptLoad(command: Command): Command {
    const [name, verb = '', script = ''] = command;
    return verb.toUpperCase() === 'LOAD' && hasUpstashFlag(script)
      ? [name, verb, this.#remember(script).text]
      : command;
  }

  #remember(script: string): AdaptedScript {
    const text = script.replace(SHEBANG, '');
    const rewritten: AdaptedScript = { sha: sha1(text), text };
    this.#bySha.set(sha1(script), rewritten);
    return rewritten;
  }
}

function hasUpstashFlag(script: string): boolean {
  return SHEBANG.exec(script)?.[0].includes(UPSTASH_FLAG) ?? false;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
