import { flag, structure, text, whole } from '../../../aws/shapes.ts';
import { randomPassword } from '../random-password.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  {},
  {
    PasswordLength: whole({ min: 1, max: 4096 }),
    ExcludeCharacters: text({ max: 4096 }),
    ExcludeNumbers: flag,
    ExcludePunctuation: flag,
    ExcludeUppercase: flag,
    ExcludeLowercase: flag,
    IncludeSpace: flag,
    RequireEachIncludedType: flag,
  },
);

export const getRandomPassword: Operation = operation(input, (given) => ({ RandomPassword: randomPassword(given) }));
