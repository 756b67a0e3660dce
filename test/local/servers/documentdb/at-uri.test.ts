import { describe, expect, it } from 'vitest';
import { serverAtUri } from '../../../../local/servers/documentdb/at-uri.ts';

describe('MONGODB_URI', () => {
  it('names one server and its user, whose password may be percent-encoded', () => {
    const server = serverAtUri({ MONGODB_URI: 'mongodb://primary:p%40ss%2Fword@docs.example/' });

    expect(server).toMatchObject({
      host: 'docs.example',
      port: 27017,
      superuser: { username: 'primary', password: 'p@ss/word' },
      caFile: '',
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
    });
    expect(serverAtUri({})).toBeUndefined();
  });

  it.each([
    'sw0rdfish',
    'mongodb://primary:sw0rdfish@a:1,b:2/',
    'mongodb+srv://primary:sw0rdfish@a/',
    'mongodb://sw0rdfish@a/',
  ])('shows nothing of itself where it is wrong: %s', (uri) => {
    const wrong = (() => {
      try {
        return serverAtUri({ MONGODB_URI: uri });
      } catch (error) {
        return error as Error & { input?: unknown };
      }
    })();

    expect(wrong).toBeInstanceOf(Error);
    expect(JSON.stringify([wrong, String(wrong), Object.getOwnPropertyNames(wrong)])).not.toContain('sw0rdfish');
  });
});
