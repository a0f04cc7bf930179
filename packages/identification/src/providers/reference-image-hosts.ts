import { PLANT_ID_IMAGE_HOSTS } from './plant-id/answer.ts';
import { PLANTNET_IMAGE_HOSTS } from './plantnet/answer.ts';

/** All hosts of reference pictures, over https on port 443; pages load pictures from no other foreign host. */
export const REFERENCE_IMAGE_HOSTS: readonly string[] = [...PLANT_ID_IMAGE_HOSTS, ...PLANTNET_IMAGE_HOSTS];
