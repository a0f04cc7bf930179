// Measures the intake of photos in a process of its own, which has the flags of the web process: writes the times of bare
// sharp and of the intake to standard output, as JSON, for each JPEG quality among its arguments.
import { createPhotoIntake, noiseJpeg } from '@plantcommunity/identification/testing/photos';
import { timeRounds } from './rounds.ts';

const measured = [];
for (const quality of process.argv.slice(2)) {
  // oxlint-disable-next-line no-await-in-loop -- one photo after the other
  const photo = await noiseJpeg(4_000, 3_000, Number(quality));
  const { bare, intake } = createPhotoIntake(photo);
  const contenders = [async () => void (await bare()), async () => void (await intake())];
  // oxlint-disable-next-line no-await-in-loop -- one photo after the other
  const { medians } = await timeRounds(contenders, { rounds: 9, runs: 2 });
  measured.push({ megabytes: Math.round(photo.length / 1_000_000), medians });
}
process.stdout.write(JSON.stringify(measured));
