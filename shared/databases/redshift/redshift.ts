/** Redshift, provisioned and serverless, through PostgreSQL's driver. Page: docs/engines/redshift.md */
import type { DatabaseEngine } from '../engine.ts';
import { baseOf, counterpartWithin } from '../names.ts';

/** In bytes: https://docs.aws.amazon.com/redshift/latest/dg/r_names.html */
const counterpart = counterpartWithin({ longest: 127, unit: 'bytes', title: 'Redshift' });

const defaults = { port: 5439, dbname: 'dev' };

export const redshift = {
  name: 'redshift',
  accepts: ['redshift'],
  defaults,
  /** What CREATE USER takes in clear text, so that a password can also be set by hand: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html */
  password: { minLength: 8, maxLength: 64, forbidden: '\'"\\/@ ', excludedByDefault: ':/@"\'\\' },
  counterpart,

  async connect(login, ctx) {
    const { openSession } = await import('./session.ts');
    return openSession(login, ctx, { defaults, counterpart, baseOf });
  },
} satisfies DatabaseEngine;
