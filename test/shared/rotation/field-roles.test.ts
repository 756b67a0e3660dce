import { describe, expect, it } from 'vitest';
import { groupOf, roleOf } from '../../../shared/rotation/field-roles.ts';

describe('what a name says', () => {
  it.each([
    ['PGHOST', 'hosts'],
    ['hostname', 'hosts'],
    ['host_name', 'hosts'],
    ['Host Name', 'hosts'],
    ['hostaddr', 'hosts'],
    ['host-address', 'hosts'],
    ['hosts', 'hosts'],
    ['Server', 'hosts'],
    ['reader_endpoint', 'hosts'],
    ['datasource', 'hosts'],
    ['Data Source', 'hosts'],
    ['secret_host', 'hosts'],
    ['hosted_zone', undefined],
    ['db_user', 'users'],
    ['PGUSER', 'users'],
    ['userName', 'users'],
    ['user_name', 'users'],
    ['User Id', 'users'],
    ['login', 'users'],
    ['AWS_ACCESS_KEY_ID', 'users'],
    ['accessKeyId', 'users'],
    ['account_sid', 'users'],
    ['users_table', undefined],
    ['token_id', 'ids'],
    ['idle_timeout', undefined],
    ['provider_url', 'urls'],
    ['MONGODB_URI', 'urls'],
    ['sentry_dsn', 'urls'],
    ['ConnectionString', 'urls'],
    ['connection_string', 'urls'],
    ['url_prefix', undefined],
    ['DB_PASSWORD_1', 'secrets'],
    ['passphrase', 'secrets'],
    ['pwd_2', 'secrets'],
    ['db_pw', 'secrets'],
    ['pwned', undefined],
    ['client_secret_2', 'secrets'],
    ['tokens', 'secrets'],
    ['apiKey', 'secrets'],
    ['keyspace', undefined],
    ['spring.datasource.password', 'secrets'],
    ['secrets.env', undefined],
  ])('%s: %s', (name, role) => {
    expect(roleOf(name)).toBe(role);
  });
});

describe('what belongs together', () => {
  it.each([
    ['smtp', ['smtp_user', 'smtpPassword', 'SMTP_HOST', 'smtp.url', 'smtp-host-name', 'Smtp User Id', 'smtp__token']],
    ['db_main', ['db_main_user', 'DB_MAIN_HOST_ADDRESS', 'db_mainConnectionString']],
    ['', ['user', 'PASSWORD', 'Host']],
    ['note', ['note', 'Note_']],
  ])('to %j', (group, names) => {
    expect(names.map(groupOf)).toEqual(names.map(() => group));
  });
});
