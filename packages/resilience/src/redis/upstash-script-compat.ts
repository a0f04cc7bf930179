import { createHash } from 'node:crypto';
import type { Command } from './command.ts';

/** A flag that only Upstash knows: plain Redis refuses every script of @upstash/ratelimit because of it. */
const UPSTASH_FLAG = 'allow-key-locking';
const SHEBANG = /^#![^\n]*/;

interface AdaptedScript {
  readonly sha: string;
  readonly text: string;
}

/**
 * Makes scripts written for Upstash run on plain Redis: removes their first line, but not its line break, so that line
 * numbers hold. Callers go on using the SHA of the original script.
 */
export class UpstashScriptCompat {
  readonly #byOriginalSha: Map<string, AdaptedScript> = new Map();

  /** Returns the command as plain Redis accepts it. */
  adapt(command: Command): Command {
    const [name, script = '', ...rest] = command;
    switch (name) {
      case 'EVAL':
      case 'EVAL_RO':
        return hasUpstashFlag(script) ? [name, this.#remember(script).text, ...rest] : command;
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, this.#byOriginalSha.get(script.toLowerCase())?.sha ?? script, ...rest];
      case 'SCRIPT':
        return this.#adaptScriptLoad(command);
      default:
        return command;
    }
  }

  /** Returns the EVAL for an EVALSHA that Redis does not know, if the text of its script is known here. */
  withText(command: Command): Command | undefined {
    const [name, sha = '', ...rest] = command;
    const known = name.startsWith('EVALSHA') ? this.#byOriginalSha.get(sha.toLowerCase()) : undefined;
    return known && [name.replace('EVALSHA', 'EVAL'), known.text, ...rest];
  }

  #adaptScriptLoad(command: Command): Command {
    const [name, subcommand = '', script = ''] = command;
    if (subcommand.toUpperCase() !== 'LOAD' || !hasUpstashFlag(script)) return command;
    return [name, subcommand, this.#remember(script).text];
  }

  #remember(script: string): AdaptedScript {
    const text = script.replace(SHEBANG, '');
    const adapted: AdaptedScript = { sha: sha1(text), text };
    this.#byOriginalSha.set(sha1(script), adapted);
    return adapted;
  }
}

function hasUpstashFlag(script: string): boolean {
  return SHEBANG.exec(script)?.[0].includes(UPSTASH_FLAG) ?? false;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
