// `npm start` and `npm run dev`: the app, on embedded services where no real ones are given. Under `dev` pages follow the
// sources. Arguments: the mode, then those of the command.
import { root } from '../root.ts';
import { launch } from './launch.ts';

const [mode, ...args] = process.argv.slice(2);
process.exit(await launch(root, mode === 'dev' ? 'dev' : 'start', args));
