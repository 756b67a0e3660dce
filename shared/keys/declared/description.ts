/** The description of a provider: its JSON, member by member. docs/providers/declared.md explains each. */
import * as z from 'zod/mini';
import { wrongDescription } from './wrong.ts';

const text = z.string().check(z.minLength(1));
const status = z.int().check(z.minimum(200), z.maximum(599));
/** 'data.key', 'keys.0.id'. Empty: the answer itself. */
const path = z.string().check(z.regex(/^(?:[^.]+(?:\.[^.]+)*)?$/));
const member = path.check(z.minLength(1));
const expectations = z.record(member, z.union([z.string(), z.number(), z.boolean()]));

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().check(z.regex(/^\/[^\s#\\]*$/)),
  headers: z.optional(z.record(z.string(), text)),
  json: z.optional(z.record(z.string(), z.unknown())),
  form: z.optional(z.record(z.string(), z.string())),
});

const authorization = z.strictObject({
  headers: z.optional(z.record(z.string(), text)),
  basic: z.optional(z.strictObject({ user: z.string(), password: z.string() })),
});

export const descriptionSchema = z.strictObject({
  $schema: z.optional(z.string()),
  name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  base: text,
  hosts: z.array(text).check(z.minLength(1)),
  private: z.optional(z.boolean()),
  secret: z.strictObject({
    key: text,
    id: z.strictObject({
      field: z.optional(text),
      pattern: z.optional(text),
      request: z.optional(request),
      path: z.optional(member),
    }),
    plain: z.optional(z.boolean()),
    visible: z.optional(z.array(text)),
    sameTarget: z.optional(z.array(text)),
  }),
  admin: z.optional(
    z.strictObject({
      self: z.optional(z.boolean()),
      plain: z.optional(text),
      visible: z.optional(z.array(text)),
    }),
  ),
  auth: z.strictObject({ key: z.optional(authorization), admin: authorization }),
  slots: z.optional(z.int().check(z.minimum(2))),
  spreadMs: z.optional(z.int().check(z.minimum(0), z.maximum(60_000))),
  freeing: z.optional(text),
  unlisted: z.optional(z.boolean()),
  list: z.optional(
    z.strictObject({
      request,
      items: path,
      id: member,
      label: z.optional(member),
      createdAt: z.optional(member),
      lastUsed: z.optional(member),
      usedBy: z.optional(member),
      where: z.optional(expectations),
      next: z.optional(
        z.strictObject({
          parameter: text,
          cursor: z.optional(member),
          first: z.optional(z.int().check(z.minimum(0))),
        }),
      ),
    }),
  ),
  issue: z.strictObject({ request, key: member, fields: z.optional(z.record(z.string(), member)) }),
  verify: z.strictObject({
    request: z.optional(request),
    refused: z.optional(z.array(status)),
    where: z.optional(expectations),
    rights: z.optional(path),
    rightsOfAll: z.optional(z.array(text)),
    oauth2: z.optional(
      z.strictObject({
        tokenUrl: text,
        id: text,
        secret: text,
        auth: z.enum(['basic', 'body']),
        scope: z.optional(text),
        audience: z.optional(text),
      }),
    ),
  }),
  revoke: z.strictObject({ request, gone: z.optional(z.array(status)) }),
});

export type Description = z.infer<typeof descriptionSchema>;
export type RequestDescription = z.infer<typeof request>;
export type Authorization = z.infer<typeof authorization>;

/** The shape alone; what the members say of each other is checked by `check.ts`. Throws ConfigurationError, which names the path. */
export function parseDescription(value: unknown, file: string): Description {
  const result = descriptionSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrongDescription(
    file,
    (issue?.path ?? []).map(String),
    issue === undefined ? 'is wrong' : issueText(issue, value),
  );
}

function issueText(issue: z.core.$ZodIssue, value: unknown): string {
  const given = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (given === undefined) return 'is missing';
  switch (issue.code) {
    case 'unrecognized_keys':
      return `has ${issue.keys.join(', ')}, which nobody here knows`;
    case 'invalid_type':
      return `is not of type ${issue.expected}`;
    case 'invalid_value':
      return `is none of ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.minimum === 1 ? 'is empty' : `is less than ${issue.minimum}`;
    case 'too_big':
      return `is more than ${issue.maximum}`;
    default:
      return 'is not written as it must be';
  }
}
