import { PLANT_ID_IMAGE_HOSTS } from './plant-id/answer.ts';
import { PLANTNET_IMAGE_HOSTS } from './plantnet/answer.ts';

/** All hosts that reference pictures come from, over https on its usual port; pages need no other. */
export const REFERENCE_IMAGE_HOSTS: readonly string[] = [...PLANT_ID_IMAGE_HOSTS, ...PLANTNET_IMAGE_HOSTS];
