// `npm start`: the app on embedded services where no real ones are given.
import { launch } from './launcher/launch.ts';
import { root } from './root.ts';

process.exit(await launch(root, 'start', process.argv.slice(2)));
