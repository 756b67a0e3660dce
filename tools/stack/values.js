// @ts-check
// What was given for the stack's parameters, by `--param` or in `params` of serverless.yml. Serverless reads a module of this kind only.
import { ASKED } from './parameters.ts';

/** @param {{ resolveVariable: (variable: string) => Promise<unknown> }} serverless */
export async function values({ resolveVariable }) {
  const given = ASKED.map(async ({ param }) => [param, String(await resolveVariable(`param:${param}, ''`))]);
  return Object.fromEntries((await Promise.all(given)).filter(([, value]) => value !== ''));
}
