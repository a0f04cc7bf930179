import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create();
const raw = db.execProtocolRawStream.bind(db),
  inT = db.isInTransaction.bind(db),
  ex = db.exec.bind(db);
let mid = false;
db.execProtocolRawStream = async (m, o) => {
  const t = String.fromCharCode(m[0]);
  if ('PBDECH'.includes(t)) mid = true;
  else mid = false;
  return raw(m, o);
};
db.isInTransaction = () => mid || inT();
db.exec = async (...a) => {
  mid = false;
  return ex(...a);
};
const s = new PGLiteSocketServer({ db, port: 54392, host: '127.0.0.1', maxConnections: 40 });
await s.start();
console.log('up');
