/** Which fields a secret must have: those that the description mentions. */
import { keySecretSchema } from '../secret.ts';
import type { Description } from './description.ts';
import { placeholdersIn } from './placeholders.ts';

/** Fields that choose where the admin credential goes: it must name them itself, or whoever may write the secret could choose. */
export function placeFields({ base }: Description): string[] {
  return [...fieldsOf('current', base)];
}

export function schemasOf(description: Description, targets: readonly string[]) {
  const { secret, admin } = description;
  const { key, id, plain, visible = [] } = secret;
  const mentioned = plain === true ? [] : [...fieldsOf('current', description), ...fieldsOf('key', description)];
  const needed = [key, ...(id.field === undefined ? [] : [id.field]), ...mentioned];
  const ofAdmin = [...fieldsOf('admin', description), ...placeFields(description)];
  const hints = (fields: readonly string[]) =>
    Object.fromEntries(fields.map((field) => [field, 'the description of the provider needs it']));
  return {
    schema: keySecretSchema({
      required: hints(needed),
      issued: [key, ...Object.keys(description.issue.fields ?? {})],
      visible: [...visible, ...targets, ...(id.field === undefined ? [] : [id.field])],
      ...(plain === true && { plain: key }),
    }),
    adminSchema: keySecretSchema({
      required: hints(ofAdmin),
      visible: [...(admin?.visible ?? []), ...targets],
      ...(admin?.plain !== undefined && { plain: admin.plain }),
    }),
  };
}

export function fieldsOf(source: 'current' | 'key' | 'admin', part: unknown): Set<string> {
  const all = [...placeholdersIn(part)].map(([placeholder]) => placeholder);
  return new Set(all.flatMap(({ source: own, field }) => (own === source && field !== undefined ? [field] : [])));
}
