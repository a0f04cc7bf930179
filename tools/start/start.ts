// `npm start`: the app on embedded services where no real ones are given.

import { root } from '../root.ts';
import { launch } from './launch.ts';

process.exit(await launch(root, 'start', process.argv.slice(2)));
