export { createPlantId } from './plant-id/plant-id.ts';
export { createPlantNet } from './plantnet/plantnet.ts';
