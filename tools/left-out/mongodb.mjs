export const replacements = {
  // Reads its connection string. Node has the same class, without 280 kB of tables.
  'whatwg-url': 'export const { URL, URLSearchParams } = globalThis;',
};

export const absent = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'aws4',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];
