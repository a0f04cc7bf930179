// `npm run dev`: as `npm start`, with pages that follow the sources.
import { launch } from './launcher/launch.ts';
import { root } from './root.ts';

process.exit(await launch(root, 'dev', process.argv.slice(2)));
