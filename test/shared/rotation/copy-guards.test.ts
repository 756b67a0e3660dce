/** Guards of the look for copies that a wider test reaches and does not tell apart. */
import { expect, it } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { opensWith } from '../../../shared/rotation/copy-mentions.ts';

it('another option is none for a password', () => {
  expect(opensWith('tool -x abc12', 'abc12', [], '')).toBe(false);
});

it('an escaped space is read as a space', () => {
  const value = { text: 'x S3cr3t\\ Passw0rd! y' };
  const all = { owners: [], anyOwner: false, names: [], known: [] };

  expect(() => follow(value, { ...all, secrets: [{ from: 'S3cr3t Passw0rd!', to: 'x' }] })).toThrow('field text holds');
});

it('base64 over a third break is read whole', () => {
  const secret = 'S3cr3t-Passw0rd!';
  const lines = Buffer.from(`${'x'.repeat(164)}${secret}${'x'.repeat(80)}`)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\n');
  const all = { owners: [], anyOwner: false, names: [], known: [] };

  expect(() => follow({ text: `a:\n${lines}` }, { ...all, secrets: [{ from: secret, to: 'x' }] })).toThrow(
    'field text holds',
  );
});

it('a password of two lines, among lines of names', () => {
  const secret = 'S3cr3t-Line-1:\nS3cr3t-Line-2:';
  const all = { owners: [], anyOwner: false, names: [], known: [] };

  expect(() => follow({ text: `x=1\n${secret}` }, { ...all, secrets: [{ from: secret, to: 'x' }] })).toThrow(
    'field text holds',
  );
});

it('any owner whose name changes is one beside its password', () => {
  const owners = [
    { from: 'x', to: 'x' },
    { from: 'app', to: 'app_clone' },
  ];
  const secrets = [{ from: 'S3cr3t-Passw0rd!', to: 'y' }];
  const value = { list: ['app', 'S3cr3t-Passw0rd!'] };

  expect(() => follow(value, { owners, secrets, anyOwner: false, names: [], known: [] })).toThrow('user name');
});
