// Stands for a decoder that is ended: by the signal that standard input names, otherwise never by itself.
import { text } from 'node:stream/consumers';

const signal = await text(process.stdin);
if (signal.startsWith('SIG')) process.kill(process.pid, signal);
for (;;);
