// Stands for a decoder: writes the PNG that the file on standard input contains.
import { buffer } from 'node:stream/consumers';

const file = await buffer(process.stdin);
process.stdout.write(file.subarray(file.indexOf('\x89PNG', 0, 'latin1')));
