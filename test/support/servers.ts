import { appendFileSync } from 'node:fs';

/** `engine` is the word that REKEY_REQUIRE uses: postgres16, awscli. `server` says where it comes from. */
export type Announcement = { engine: string; server: string; version: string } | { engine: string; reason: string };

/** Call it when a suite runs on a real server or tool; the report at the end of the run lists it. */
export function announce(found: { engine: string; server: string; version: string }): void {
  record(found);
}

/**
 * Call it where a suite is skipped because its server or tool is missing. Throws when REKEY_REQUIRE names that engine.
 *
 *     const missing = await findServer() ? undefined : unavailable({ engine: 'postgres13', reason: 'not in .cache/servers' });
 *     describe.skipIf(missing)(...)
 */
export function unavailable(missing: { engine: string; reason: string }): string {
  record(missing);
  if (required().includes(missing.engine)) {
    throw new Error(`REKEY_REQUIRE names ${missing.engine}, which is not here: ${missing.reason}`);
  }
  return missing.reason;
}

/** The engines that this run must not do without. */
export function required(): readonly string[] {
  return (process.env.REKEY_REQUIRE ?? '').split(',').filter((name) => name !== '');
}

/** One line a record, so that workers can write at once. */
function record(announcement: Announcement): void {
  const file = process.env.REKEY_ANNOUNCEMENTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(announcement)}\n`);
}
