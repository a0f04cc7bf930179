import type { Identification } from '@plantcommunity/identification';
import { z } from 'zod';
import { createVersion, v1 } from '../../v1/index.ts';
import { identification } from '../../v1/plant-identification/wire.ts';
import type { Presenter, V1Shapes } from '../../v1/presenter.ts';

const schema = identification
  .omit({ plant_name: true })
  .extend({ name: z.string().optional() })
  .meta({ id: 'IdentificationV2' });

interface V2Shapes extends Omit<V1Shapes, 'identification'> {
  identification: z.infer<typeof schema>;
}

function present(found: Identification): V2Shapes['identification'] {
  const { plant_name: name, ...rest } = v1.presenter.identification.present(found);
  return { ...rest, name };
}

const { error } = v1.presenter;

const presenter: Presenter<V2Shapes> = {
  ...v1.presenter,
  error: { ...error, body: (...problem) => ({ ...error.body(...problem), api: 'v2' }) },
  identification: { schema, present },
};

/** A version in which `plant_name` of an identification is `name`. */
export const v2 = createVersion({ name: 'v2', basePath: '/api/v2', presenter });
