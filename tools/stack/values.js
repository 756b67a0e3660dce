// @ts-check
// What was given for the stack's parameters: in `params` of serverless.yml for all stages, for this stage, and by `--param`, the last
// one counts. Serverless reads a module of this kind only.

/**
 * @param {object} serverless
 * @param {{ param?: readonly string[], stage?: string }} serverless.options
 * @param {(path: readonly string[]) => Promise<any>} serverless.resolveConfigurationProperty
 * @returns {Promise<Record<string, string>>}
 */
export async function values({ options, resolveConfigurationProperty }) {
  const stage = options.stage ?? (await resolveConfigurationProperty(['provider', 'stage']));
  const params = (await resolveConfigurationProperty(['params'])) ?? {};
  const given = (options.param ?? []).map((text) => {
    const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    return [name, value.trimEnd()];
  });
  const all = { ...params.default, ...params[stage], ...Object.fromEntries(given) };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}
