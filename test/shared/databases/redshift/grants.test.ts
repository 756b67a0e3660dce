import { expect, it } from 'vitest';
import { grantedTo } from '../../../../shared/databases/redshift/grants.ts';

const question = grantedTo(['app', 'app_clone']);
const granted = (holder: unknown) =>
  question.answer([{ holder, privilege_type: 'SELECT', namespace_name: 's', relation_name: 't', admin_option: false }]);

it('a grant is that of the user whom the server names', () => {
  expect(granted('1')).toMatchObject([{ grantee: 'app_clone' }]);
});

it('a row that was found, and is of neither, is an error and no right', () => {
  expect(question.texts.filter((text) => !text.includes('ELSE -1 END AS holder'))).toEqual([]);
  expect(() => granted('-1')).toThrow('nobody');
});
