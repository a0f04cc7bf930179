import { type Box, HeifFault, type Items } from './heif-boxes.ts';
import { type CodedPicture, readCodedPicture, sizeOf } from './heif-grid.ts';
import { chunkType, DAMAGED } from './structure.ts';

const AUXC = chunkType('auxC');
/** Types that the property `auxC` gives to an item that holds the transparency of a picture. */
const ALPHA_TYPES = [
  'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha',
  'urn:mpeg:hevc:2015:auxid:1',
  'urn:mpeg:avc:2015:auxid:1',
];

/**
 * Reads the transparency of the primary picture and of its tiles. Each must be a picture of the same size, as MIAF (ISO/IEC
 * 23000-22) asks for: a decoder decodes it with the picture. No decoder asks for depth maps, gain maps and mattes.
 */
export function readAlphas(bytes: Buffer, items: Items, pictures: readonly number[]): CodedPicture[] {
  const alphas = alphaItems(bytes, items);
  const alphasOf = (item: number) => (items.auxiliaries.get(item) ?? []).filter((one) => alphas.has(one));
  return pictures.flatMap((item) => {
    const [alpha, ...others] = alphasOf(item);
    if (alpha === undefined) return [];
    const { height, width } = sizeOf(bytes, items, item);
    const picture = readCodedPicture(bytes, items, alpha);
    const isSame = picture.width === width && picture.height === height;
    const isNested = [alpha, ...picture.coded].some((part) => alphasOf(part).length > 0);
    if (others.length > 0 || !isSame || isNested) throw new HeifFault(DAMAGED);
    return [picture];
  });
}

/** Lists the items that hold transparency. */
function alphaItems(bytes: Buffer, { properties }: Items): ReadonlySet<number> {
  const isAlpha = ({ from, type }: Box) =>
    type === AUXC && ALPHA_TYPES.some((name) => bytes.toString('latin1', from + 4, from + 4 + name.length) === name);
  return new Set([...properties].filter(([, own]) => own.some(isAlpha)).map(([item]) => item));
}
