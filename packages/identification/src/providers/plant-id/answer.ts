import type { Candidate, Care, Disease, PlantHealth, ProviderAnswer } from '../../types.ts';
import { candidate, MAX_CANDIDATES, share } from '../candidate.ts';
import { plainText, plainTexts } from '../plain-text.ts';
import type { DiseaseSuggestion, PlantIdResult, PlantSuggestion } from './response.ts';

const MAX_DISEASES = 5;

/** Hosts of Plant.id's reference pictures. */
export const IMAGE_HOSTS: readonly string[] = ['plant-id.ams3.cdn.digitaloceanspaces.com', 'plant.id'];

/** Returns a result in our own terms. Nothing in it is trusted: texts are cleaned and cut, lists are cut. */
export function toAnswer(result: PlantIdResult): ProviderAnswer {
  // Models before 3.1 did not say whether it is a plant.
  if (result.is_plant?.binary === false) return { provider: 'plant_id', isPlant: false, candidates: [] };
  const suggestions = (result.classification?.suggestions ?? []).toSorted((a, b) => b.probability - a.probability);
  const care = careOf(suggestions[0]);
  const health = healthOf(result);
  return {
    provider: 'plant_id',
    isPlant: true,
    candidates: suggestions.slice(0, MAX_CANDIDATES).flatMap(candidateOf),
    ...(care && { care }),
    ...(health && { health }),
  };
}

function candidateOf({ name, probability, details, similar_images }: PlantSuggestion): Candidate[] {
  return candidate({
    scientificName: name,
    commonNames: details?.common_names,
    genus: details?.taxonomy?.genus,
    family: details?.taxonomy?.family,
    score: probability,
    gbifId: details?.gbif_id,
    imageHosts: IMAGE_HOSTS,
    images: [
      { url: details?.image?.value, author: details?.image?.citation, license: details?.image?.license_name },
      ...(similar_images ?? []).map(({ url, citation, license_name }) => ({
        url,
        author: citation,
        license: license_name,
      })),
    ],
  });
}

function careOf(best: PlantSuggestion | undefined): Care | undefined {
  const details = best?.details;
  const watering = details?.watering;
  const light = plainText(details?.best_light_condition, 1000);
  const soil = plainText(details?.best_soil_type, 1000);
  const onScale = watering && watering.min >= 1 && watering.min <= watering.max && watering.max <= 3;
  if (!onScale && !light && !soil) return undefined;
  return {
    ...(onScale && { watering: { min: watering.min, max: watering.max } }),
    ...(light && { light }),
    ...(soil && { soil }),
  };
}

function healthOf({ is_healthy, disease }: PlantIdResult): PlantHealth | undefined {
  if (!is_healthy) return undefined;
  const diseases = (disease?.suggestions ?? [])
    .filter(({ redundant }) => redundant !== true)
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, MAX_DISEASES)
    .flatMap(diseaseOf);
  return { isHealthy: is_healthy.binary, probability: share(is_healthy.probability), diseases };
}

function diseaseOf({ name, probability, details }: DiseaseSuggestion): Disease[] {
  const shownName = plainText(details?.local_name, 200) ?? plainText(name, 200);
  if (!shownName) return [];
  const description = plainText(details?.description, 2000);
  const treatment = treatmentOf(details?.treatment);
  return [
    {
      name: shownName,
      probability: share(probability),
      ...(description && { description }),
      ...(treatment && { treatment }),
    },
  ];
}

type RawTreatment = NonNullable<DiseaseSuggestion['details']>['treatment'];

function treatmentOf(raw: RawTreatment): Disease['treatment'] {
  const chemical = plainTexts(raw?.chemical, 10, 500);
  const biological = plainTexts(raw?.biological, 10, 500);
  const prevention = plainTexts(raw?.prevention, 10, 500);
  if (chemical.length + biological.length + prevention.length === 0) return undefined;
  return {
    ...(chemical.length > 0 && { chemical }),
    ...(biological.length > 0 && { biological }),
    ...(prevention.length > 0 && { prevention }),
  };
}
