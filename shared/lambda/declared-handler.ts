/** A rotation function whose provider is a description beside the code. docs/providers/declared.md */
import { readFileSync } from 'node:fs';
import type { KeyPorts } from '../keys/access.ts';
import { declaredProvider } from '../keys/declared/declared.ts';
import { issuedKeyStrategy } from '../keys/issued.ts';
import { ConfigurationError } from '../rotation/errors.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { providerDescription } from './config.ts';
import { handler } from './handler.ts';
import type { RotationHandler } from './stack.ts';

/** The description is read when the first event comes, so that a mistake in it is reported as any other. */
export function declaredHandler(ports: KeyPorts): RotationHandler {
  let made: RotationHandler | undefined;
  return async (event, context) => {
    made ??= handler(strategyOf(ports));
    return made(event, context);
  };
}

function strategyOf(ports: KeyPorts): RotationStrategy<Readonly<Record<string, unknown>>> {
  try {
    const file = providerDescription();
    return issuedKeyStrategy(declaredProvider(parsed(file), file), ports);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return failing(error);
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // What the parser says quotes the file.
    const fact = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new ConfigurationError(`${file}, which DECLARED_PROVIDER names, ${fact}`, {
      hint: 'name a JSON file that is deployed with the function (/var/task) or in a layer (/opt)',
    });
  }
}

/** Says the same at every step that looks at a value. */
function failing(error: ConfigurationError): RotationStrategy<Readonly<Record<string, unknown>>> {
  const fail = () => {
    throw error;
  };
  return {
    name: 'api-key',
    system: 'declared',
    schema: { parse: fail, confidential: () => [] },
    outage: 'none',
    cutover: 'finish',
    create: fail,
    set: fail,
    test: fail,
  };
}
