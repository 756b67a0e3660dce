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
    const digits = '2-digit';
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    });
  } catch {
    return undefined;
  }
}

function wallOf(format: Intl.DateTimeFormat, epoch: number): number {
  const parts = Object.fromEntries(format.formatToParts(epoch).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const milliseconds = ((epoch % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds;
}
