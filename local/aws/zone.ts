/** A wall clock of a time zone: the fields of Date.UTC. Summer time is the zone's, its changes included. */
export interface Zone {
  /** What the wall shows, as if it were UTC. */
  toWall(epoch: number): number;
  /** The moment at which the wall shows this. Of a wall time that is skipped in spring, the moment as long after the change. */
  toEpoch(wall: number): number;
}

/** Undefined when there is no such zone. */
export function zoneNamed(name: string): Zone | undefined {
  const format = formatFor(name);
  if (!format) return undefined;
  const offset = (epoch: number) => wallOf(format, epoch) - epoch;
  return {
    toWall: (epoch) => epoch + offset(epoch),
    toEpoch: (wall) => wall - offset(wall - offset(wall)),
  };
}

function formatFor(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    // Sweden writes its dates as ISO 8601 does: 2026-03-29 01:59:59.
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    return undefined;
  }
}

function wallOf(format: Intl.DateTimeFormat, epoch: number): number {
  const milliseconds = ((epoch % 1000) + 1000) % 1000;
  return Date.parse(`${format.format(epoch).replace(' ', 'T')}Z`) + milliseconds;
}
