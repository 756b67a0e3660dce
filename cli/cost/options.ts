import { parseOptions, UsageError } from '../../terminal/usage.ts';

export interface CostOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly all: boolean;
  readonly readSizes: boolean;
  readonly region?: string;
  readonly endpointUrl?: string;
}

const HINT = 'rekey cost --help lists the options';

/** Throws UsageError. */
export function costOptions(parameters: readonly string[]): CostOptions {
  const values = parseOptions(
    {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      all: { type: 'boolean' },
      'read-sizes': { type: 'boolean' },
      region: { type: 'string' },
      'endpoint-url': { type: 'string' },
    },
    HINT,
    parameters,
  );
  const { help = false, json = false, all = false, region } = values;
  const endpointUrl = values['endpoint-url'];
  if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    throw new UsageError(`--region ${JSON.stringify(region)} is no region`, 'a region looks like eu-west-1');
  }
  if (endpointUrl !== undefined && !isHttp(endpointUrl)) {
    throw new UsageError(
      `--endpoint-url ${JSON.stringify(endpointUrl)} is no address`,
      'an address looks like http://127.0.0.1:4566',
    );
  }
  return {
    help,
    json,
    all,
    readSizes: values['read-sizes'] ?? false,
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  };
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
