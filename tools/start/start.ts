// `npm start` and `npm run dev`: run the app, on embedded services where no real ones are named. In mode `dev` pages reload
// when their sources change. Arguments: the mode, then those of the command.
import { root } from '../root.ts';
import { launch } from './launch.ts';

const [mode, ...args] = process.argv.slice(2);
process.exit(await launch(root, mode === 'dev' ? 'dev' : 'start', args));
