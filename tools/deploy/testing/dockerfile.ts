import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, ModifiableInstruction } from 'dockerfile-ast';
import { root } from '../../root.ts';

export interface Instruction {
  keyword: string;
  /** Flags such as `from=build`, without their hyphens. */
  flags: readonly string[];
  /** The rest of the instruction, in one line. */
  text: string;
}

/** The instructions from one FROM to the next. */
export interface Stage {
  image: string;
  name: string | undefined;
  instructions: readonly Instruction[];
}

export const dockerfile: string = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** Reads the stages of a Dockerfile, in order; the last one is the image. */
export function readStages(text: string = dockerfile): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    const content = (instruction.getArgumentsContent() ?? '').replaceAll(/\s+/g, ' ');
    const [image = '', , name] = content.split(' ');
    const given = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
    const flags = given.map((flag) => `${flag.getName()}=${flag.getValue()}`);
    if (keyword === 'FROM') stages.push({ image, name, instructions: [] });
    else stages.at(-1)?.instructions.push({ keyword, flags, text: content });
  }
  return stages;
}

/** Returns the last instruction of a keyword. @throws when there is none */
export function lastOf(stage: Stage, keyword: string): Instruction {
  const found = stage.instructions.findLast((each) => each.keyword === keyword);
  if (found === undefined) throw new Error(`The stage has no ${keyword}.`);
  return found;
}

/** Returns the variables that the ENV instructions of a stage set. Values are plain words here. */
export function variablesOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ text }) => text.split(' ').map((pair) => pair.split('=', 2)));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

/** Returns the words of an instruction in exec form, such as those of CMD. */
export function wordsOf({ text }: Instruction): string[] {
  const parsed: unknown = JSON.parse(text.replace(/^CMD /, ''));
  if (!Array.isArray(parsed)) throw new TypeError(`Not in exec form: ${text}`);
  return parsed.map(String);
}
