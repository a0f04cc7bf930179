// `npm run dev`: as `npm start`, with pages that follow the sources.

import { root } from '../root.ts';
import { launch } from './launch.ts';

process.exit(await launch(root, 'dev', process.argv.slice(2)));
