import { counted } from './advice.ts';
import type { ParameterCost, SecretCost } from './costs.ts';
import type { Inventory } from './inventory.ts';
import { dollars } from './money.ts';
import type { PriceList } from './pricing.ts';

export interface Note {
  readonly code:
    | 'not-included'
    | 'prices-stand-in'
    | 'sizes-unread'
    | 'named-elsewhere'
    | 'functions-unread'
    | 'unread'
    | 'replicas'
    | 'parameter-limit';
  readonly text: string;
}

interface Findings {
  readonly inventory: Inventory;
  readonly prices: PriceList;
  readonly secrets: readonly SecretCost[];
  readonly parameters: readonly ParameterCost[];
}

/** Per account and region: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const STANDARD_PARAMETERS = 10_000;

/** What the figures leave out, and what they take for granted. */
export function notesOn(findings: Findings): Note[] {
  const { inventory, prices, secrets } = findings;
  const { secretCallsPer10000, parameterCallsPer10000 } = prices.values;
  const moving = secrets.filter(({ verdict }) => verdict === 'move' || verdict === 'could-move');
  const notes: Note[] = [];
  if (prices.isStandIn) {
    notes.push({
      code: 'prices-stand-in',
      text: `prices.json has no prices of ${inventory.region}: those of ${prices.region} are used. --prices takes AWS's own list of any region.`,
    });
  }
  notes.push({
    code: 'not-included',
    text:
      `Not included: API calls (${dollars(secretCallsPer10000)} per 10,000 to Secrets Manager; none for standard parameters, ` +
      `${dollars(parameterCallsPer10000)} per 10,000 for advanced ones and at higher throughput), KMS keys and requests. ` +
      'A month is a whole one; AWS prorates.',
  });
  if (moving.some(({ size }) => size === 'unread')) {
    notes.push({
      code: 'sizes-unread',
      text: 'Sizes were not read: a value is taken for 4 KB or less. --read-sizes reads the values to know.',
    });
  }
  if (moving.length > 0) {
    notes.push({
      code: 'named-elsewhere',
      text: 'Before a move: a secret stays where a masterarn field, RDS Proxy, ECS or another service names its ARN.',
    });
  }
  if (inventory.functions === undefined) {
    notes.push({
      code: 'functions-unread',
      text:
        'What Rekey itself costs, and which secrets are superusers for it, was not read: lambda:GetFunctionConfiguration and ' +
        'iam:GetRolePolicy tell.',
    });
  }
  const unread = secrets.filter(({ isUnread }) => isUnread);
  if (unread.length > 0) {
    const month = dollars(unread.reduce((total, { now }) => total + now, 0));
    notes.push({
      code: 'unread',
      text: `Nobody has read ${counted(unread.length, 'secret')} for 90 days, ${month} a month: see what is still needed.`,
    });
  }
  if (secrets.some(({ reasons }) => reasons.some(({ code }) => code === 'replica'))) {
    notes.push({
      code: 'replicas',
      text: 'A replica is counted here and, run there, with its primary: do not add up regions without a look.',
    });
  }
  notes.push(...limitNotes(findings, moving));
  return notes;
}

function limitNotes({ parameters, prices }: Findings, moving: readonly SecretCost[]): Note[] {
  const standard = parameters.filter(({ tier }) => tier === 'standard').length;
  // With the companion of each one that rotates.
  const arriving = moving
    .filter(({ size }) => size !== 'advanced')
    .reduce((count, { verdict }) => count + (verdict === 'could-move' ? 2 : 1), 0);
  const excess = standard + arriving - STANDARD_PARAMETERS;
  if (arriving === 0 || excess <= 0) return [];
  const month = dollars(Math.min(excess, arriving) * prices.values.advancedParameterMonth);
  return [
    {
      code: 'parameter-limit',
      text:
        `A region holds 10,000 standard parameters: ${counted(Math.min(excess, arriving), 'parameter')} would have to be ` +
        `advanced, ${month} a month that the figures do not have.`,
    },
  ];
}
