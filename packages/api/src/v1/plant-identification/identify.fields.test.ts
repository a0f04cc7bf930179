import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiUnderTest, config } from '../../testing/api-under-test.ts';
import { PHOTO, transports, upload } from '../../testing/transports.ts';

const NAMESPACES = ['v1', 'legacy'] as const;
const routes = transports.flatMap(([name, identify]) =>
  NAMESPACES.map((namespace) => ({ name: `${name}, ${namespace}`, identify, namespace })),
);

type Fields = Record<string, string | string[]>;

/** Fields as generated clients send them: each a part of type application/json. */
function asJson(fields: Record<string, unknown>, photos: readonly Buffer[] = [PHOTO]): FormData {
  const form = upload({}, photos);
  for (const [name, value] of Object.entries(fields)) {
    form.append(
      name,
      new Blob([typeof value === 'string' ? value : JSON.stringify(value)], { type: 'application/json' }),
    );
  }
  return form;
}

describe.each(routes)('the text fields of identify over $name', ({ identify, namespace }) => {
  /** Returns the options that reached the service, or the error. */
  async function optionsOf(body: FormData) {
    const { api, asked } = apiUnderTest();
    const { status, body: answer, detail, code } = await identify(api, { body, namespace });
    return status === 200 ? asked[0]?.options : { status, detail, code, errors: answer['errors'] };
  }

  const refused = { status: 400 };
  const two = [PHOTO, Buffer.from('another')];

  it.each([
    { latitude: '-0.12764722222222223', longitude: '5e-05', north: Number('-0.12764722222222223'), east: 0.00005 },
    { latitude: '1E1', longitude: '-1.5e+2', north: 10, east: -150 },
    { latitude: '90', longitude: '-180', north: 90, east: -180 },
    { latitude: '-0', longitude: '0', north: 0, east: 0 },
    { latitude: '0.1000000000000000055511151231257827021181583404541015625', longitude: '1e-400', north: 0.1, east: 0 },
    { latitude: '9.0e1', longitude: '180.000', north: 90, east: 180 },
    { latitude: ' 52.5\n', longitude: '\t13.4 ', north: 52.5, east: 13.4 },
    // The replaced system accepted these.
    { latitude: '+52.5', longitude: '013.4', north: 52.5, east: 13.4 },
  ])('take the coordinates of %j', async ({ latitude, longitude, north, east }) => {
    const options = await optionsOf(upload({ latitude, longitude }));
    expect(options).toMatchObject({ location: { latitude: north, longitude: east } });
  });

  it.each([
    'NaN',
    'Infinity',
    '-Infinity',
    '0x10',
    '1e400',
    '-1e400',
    '52,5',
    '.5',
    '5.',
    '1e',
    'e5',
    '--1',
    '1_0',
    '0b1',
    '٤',
    '52.5°',
    'null',
    'undefined',
    'true',
    '1 2',
    '90.0001',
    '1e2',
    '[52.5]',
  ])('refuse the latitude %s and name the field', async (latitude) => {
    const refusal = await optionsOf(upload({ latitude, longitude: '13' }));
    expect(refusal).toMatchObject(refused);
    expect(JSON.stringify(refusal)).toContain('latitude');
  });

  it.each<[Fields]>([
    [{ language: '' }],
    [{ language: '  ' }],
    [{ latitude: '', longitude: '' }],
    [{ latitude: ' ', longitude: '\r\n' }],
    [{ organs: '' }],
    [{ organs: ['', ' '] }],
    [{ include_diseases: '' }],
    [{ project: '' }],
    [{ language: '', latitude: '', longitude: '', organs: '', include_diseases: '', project: '', image_url: '' }],
  ])('are absent if empty: %j', async (fields) => {
    expect(await optionsOf(upload(fields))).toEqual({ organs: [], includeDiseases: true });
  });

  it.each([
    [{ latitude: '', longitude: '13' }, 'latitude'],
    [{ latitude: '52', longitude: ' ' }, 'longitude'],
  ])('refuse an incomplete location: %j', async (fields, missing) => {
    const refusal = await optionsOf(upload(fields));
    expect(refusal).toMatchObject(refused);
    expect(JSON.stringify(refusal)).toContain(missing);
  });

  it.each<[string, string[]]>([
    ['repeated', ['leaf', 'flower']],
    ['separated by a comma', ['leaf,flower']],
    ['separated by a comma and spaces', [' leaf , flower ']],
    ['as JSON in a text part', ['["leaf","flower"]']],
    ['as JSON with spaces', [' [ "leaf", "flower" ]\n']],
    ['repeated as JSON', ['["leaf"]', '["flower"]']],
    ['mixed', ['leaf', '["flower"]']],
    ['with an empty one', ['leaf,flower', '']],
  ])('take a list %s', async (_how, organs) => {
    expect(await optionsOf(upload({ organs }, two))).toMatchObject({ organs: ['leaf', 'flower'] });
  });

  it('take a list under the name that PHP, Rails and axios use', async () => {
    expect(await optionsOf(upload({ 'organs[]': ['leaf', 'flower'] }, two))).toMatchObject({
      organs: ['leaf', 'flower'],
    });
  });

  it.each<[unknown]>([[['leaf', 'flower']], ['["leaf", "flower"]'], ['"leaf,flower"']])(
    'take a list as a part of type application/json: %j',
    async (organs) => {
      expect(await optionsOf(asJson({ organs }, two))).toMatchObject({ organs: ['leaf', 'flower'] });
    },
  );

  it.each<[unknown]>([[[]], [null], ['""'], [[]]])('treat the JSON list %j as absent', async (organs) => {
    expect(await optionsOf(asJson({ organs }, two))).toMatchObject({ organs: [] });
  });

  it('take scalars as parts of type application/json', async () => {
    const fields = {
      language: '"pt-BR"',
      latitude: 52.5,
      longitude: -0.25,
      include_diseases: false,
      project: '"weurope"',
    };
    expect(await optionsOf(asJson(fields))).toEqual({
      organs: [],
      includeDiseases: false,
      language: 'pt',
      location: { latitude: 52.5, longitude: -0.25 },
      project: 'weurope',
    });
    expect(
      await optionsOf(asJson({ language: null, latitude: null, longitude: null, include_diseases: null })),
    ).toEqual({
      organs: [],
      includeDiseases: true,
    });
  });

  it.each<[string, FormData, string]>([
    ['an unknown organ', upload({ organs: 'leaf,petal' }, two), 'organs'],
    ['a list with a gap', upload({ organs: 'leaf,,flower' }, two), 'organs'],
    ['a list that ends in a comma', upload({ organs: 'leaf,flower,' }, two), 'organs'],
    ['organs for one of two photos', upload({ organs: 'leaf' }, two), 'organs'],
    ['organs for more photos than there are', upload({ organs: 'leaf,flower,fruit' }, two), 'organs'],
    ['a list that is not JSON', upload({ organs: '[leaf,flower]' }, two), 'organs'],
    ['an organ that is no text', asJson({ organs: [1, null] }, two), 'organs'],
    ['a list in a list', asJson({ organs: [['leaf', 'flower']] }, two), 'organs'],
    ['an object for a list', asJson({ organs: { 0: 'leaf' } }, two), 'organs'],
    ['text that is declared as JSON', asJson({ organs: 'leaf' }), 'organs'],
    ['a list for a language', asJson({ language: ['de'] }), 'language'],
    ['an object for a place', asJson({ latitude: { value: 1 }, longitude: 1 }), 'latitude'],
    ['a JSON number that is out of range', asJson({ latitude: '1e400', longitude: 1 }), 'latitude'],
    ['a number for a boolean', asJson({ include_diseases: 2 }), 'include_diseases'],
    ['text for a boolean', upload({ include_diseases: 'perhaps' }), 'include_diseases'],
    ['a list for a project', asJson({ project: ['weurope'] }), 'project'],
  ])('refuse %s and name the field', async (_what, body, field) => {
    const refusal = await optionsOf(body);
    expect(refusal).toMatchObject(refused);
    expect(JSON.stringify(refusal)).toContain(field);
  });

  it.each([
    ['true', true],
    ['True', true],
    ['1', true],
    ['on', true],
    ['yes', true],
    ['false', false],
    ['False', false],
    ['0', false],
    ['off', false],
    ['no', false],
  ])('take %s for include_diseases', async (sent, includeDiseases) => {
    expect(await optionsOf(upload({ include_diseases: sent }))).toMatchObject({ includeDiseases });
  });

  it.each([
    ['en-GB', 'en'],
    ['EN', 'en'],
    ['en_US', 'en'],
    ['pt_BR', 'pt'],
    ['en_US.UTF-8', 'en'],
    ['de_DE@euro', 'de'],
    ['en_GB@calendar=gregorian', 'en'],
    ['zh_TW_#Hant', 'zh'],
    ['sr__#Latn', 'sr'],
    ['zh-Hans-CN', 'zh'],
    ['zh_Hant_TW', 'zh'],
    ['sr-Latn-RS', 'sr'],
    ['es-419', 'es'],
    ['de-CH-1996', 'de'],
    ['xx-YY', 'xx'],
    ['tlh', 'tlh'],
    [' de ', 'de'],
    ['x-ours', undefined],
    ['i-klingon', undefined],
  ])('take the language %s by its primary subtag', async (language, primary) => {
    const options = await optionsOf(upload({ language }));
    expect(options).toEqual({ organs: [], includeDiseases: true, ...(primary && { language: primary }) });
  });

  it.each([
    'e',
    '*',
    'en-',
    '-en',
    'en--GB',
    'en GB',
    'en-GB,en;q=0.9',
    '.UTF-8',
    '@euro',
    '#Hant',
    'de DE.UTF-8',
    '12',
    'deutschland',
    'é',
    '../en',
  ])('refuse the malformed language %j and name the field', async (language) => {
    const refusal = await optionsOf(upload({ language }));
    expect(refusal).toMatchObject(refused);
    expect(JSON.stringify(refusal)).toContain('language');
  });

  it.each(['https://plants.example/rose.jpg', '', `https://plants.example/${'a'.repeat(5_000)}`])(
    'leave image_url unread, as the replaced system did',
    async (url) => {
      expect(await optionsOf(upload({ image_url: url }))).toEqual({ organs: [], includeDiseases: true });
      expect(await optionsOf(asJson({ image_url: url }))).toEqual({ organs: [], includeDiseases: true });
      expect(await optionsOf(upload({ image_url: [url, url] }))).toEqual({ organs: [], includeDiseases: true });
    },
  );

  it('do not take image_url for a photo', async () => {
    expect(await optionsOf(upload({ image_url: 'https://plants.example/rose.jpg' }, []))).toMatchObject({
      status: 400,
      detail: 'Please choose a photo: the field “image” holds none.',
    });
  });
});

it('coordinates accept every number format of JavaScript', async () => {
  const { api, asked } = apiUnderTest({
    config: { rates: { ...config.rates, anonymous: { count: 10_000, windowMs: 3_600_000 } } },
  });
  const [[, identify]] = transports;
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      async (latitude, longitude) => {
        const { status } = await identify(api, {
          body: upload({ latitude: String(latitude), longitude: JSON.stringify(longitude) }),
        });
        expect(status).toBe(200);
        expect(asked.at(-1)?.options.location).toEqual({ latitude: latitude + 0, longitude: longitude + 0 });
      },
    ),
    { numRuns: 300 },
  );
});
