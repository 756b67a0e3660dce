export const replacements = {
  // Its pool, for one login is one session here, the password file of a home directory, connection strings, and its other self around a
  // library in C.
  'pg-pool': 'module.exports = class {};',
  pgpass: 'module.exports = (_, done) => done();',
  'pg-connection-string': 'module.exports = {};',
  './native': 'module.exports = class {};',
};

export const absent = ['pg-native'];
