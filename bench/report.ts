import { createPaint } from '../terminal/paint.ts';
import { wrapped } from '../terminal/table.ts';
import { countedFigures } from './counts.ts';
import type { BenchFigures } from './measure.ts';
import { table } from './table.ts';
import { failures, type Row } from './targets.ts';

/** Everything that a person wants to see, 80 columns wide. */
export function report(figures: BenchFigures): string {
  const paint = createPaint();
  const { servers, machine, ms, rows, against } = figures;
  const titles = [...new Set(servers.map(({ title }) => title))].join('; ');
  const missed = failures(rows);
  const late = rows.filter(({ met, isTiming }) => met === false && isTiming);
  const system = `Node ${machine.node.slice(1)}, ${machine.platform}, ${machine.cores} cores, load ${machine.load.toFixed(1)}`;
  const heading = `Rekey on ${titles}; ${system}${against ? `; AWS's templates on ${against.runtime}` : ''}`;
  return [
    ...wrapped(heading, 80).map(paint.bold),
    '',
    table(rows, paint, against ? "AWS's" : 'floor'),
    ...notes(figures)
      .flatMap((note) => wrapped(note, 80))
      .map(paint.dim),
    '',
    ...late.map((row) => `time target missed here: ${name(row)}`),
    missed.length === 0
      ? paint.good(`every target that does not depend on the machine is met; ${(ms / 1000).toFixed(0)} s`)
      : paint.bad(`missed: ${missed.map(name).join('; ')}`),
    ...fewer(rows),
    '',
  ].join('\n');
}

const name = ({ group, figure }: Row) => `${group}: ${figure}`;

function notes({ servers, machine, rotations, against, init }: BenchFigures): string[] {
  const isBusy = machine.load > machine.cores / 2;
  const logins = rotations.reduce((sum, { clientLogins }) => sum + clientLogins, 0);
  const floors = servers.map(
    ({ engine, delayMs, floor }) =>
      `${engine}${delayMs > 0 ? ` (calls ${delayMs} ms slower)` : ''} ${floor.loginMs.toFixed(1)} and ${floor.callMs.toFixed(1)} ms`,
  );
  return [
    ...(isBusy
      ? [`This machine was busy with other work (load ${machine.load.toFixed(1)}): the times are too long.`]
      : []),
    'Milliseconds are medians (shortest-longest). Warm is one process, cold a process for each step.',
    ...(logins > 0
      ? [
          `Outage: from a client's first refused login to its next good one; it fetches AWSCURRENT before each (${logins} logins, verified TLS).`,
        ]
      : []),
    `A bare login, and a bare DescribeSecret, in this run: ${floors.join('; ')}.`,
    ...(against
      ? [
          'AWS\'s: their own code in this run, turn by turn with ours; same server and sandbox, secrets with "ssl": true. Two things are changed around it: the path of the roots, and MySQL 9 says that it is 8, because with 9 they fail.',
        ]
      : [
          'Floor: as many bare calls and logins, one after the other, as the rotation waits for; for an outage, one of each; for init, an empty module.',
        ]),
    ...(init
      ? [
          'The target of init is for a machine where an empty module takes 3 to 4 ms; a miss on a slower one is not marked.',
        ]
      : []),
  ];
}

/** A count that shrank is good news that nobody holds to yet. */
function fewer(rows: readonly Row[]): string[] {
  const counts: readonly string[] = Object.values(countedFigures);
  const shrunk = rows.filter(
    ({ figure, value, target = 0, isOfRatio }) => counts.includes(figure) && !isOfRatio && value < target,
  );
  if (shrunk.length === 0) return [];
  return [`fewer than bench/counts says: ${shrunk.map(name).join('; ')}`, 'next: npm run bench -- --renew'];
}
