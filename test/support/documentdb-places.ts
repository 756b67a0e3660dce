/** Where the suites of DocumentDB find a server: the one at MONGODB_URI, a mongod, stand-ins, and servers that others wrote. */
import { serverAtUri } from '../../local/servers/documentdb/at-uri.ts';
import type { DocumentDbOptions } from '../../local/servers/documentdb/server.ts';
import { startDocumentDb } from '../../local/servers/documentdb/server.ts';
import { mongodOnPath, startMongod } from './mongod.ts';
import { isInstalled, startFerret, startSecantus, versionOf } from './wire-servers.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  readonly caFile: string;
  /** Absent where there is none: a stand-in is in memory and writes nothing, and of servers that others run it is elsewhere. */
  readonly logFile?: string;
  /** For the report at the end of the run. */
  readonly server: string;
  /** Absent: the server tells. */
  readonly version?: string;
  /** Of the stand-in, which does not tell by a command. */
  readonly counted?: { refusedLogins(): number; openSessions(): number };
  stop(): Promise<void>;
}

export interface DocumentDbKind {
  /** The word that REKEY_REQUIRE uses. */
  readonly engine: 'documentdb' | 'ferretdb' | 'secantusdb';
  readonly title: string;
  /** Why it cannot be started here. */
  readonly missing?: string | undefined;
  start(): Promise<Place>;
}

export const amazon = standIn(
  "a stand-in that refuses what Amazon's pages do not promise",
  "the stand-in, refusing what Amazon's pages do not promise: not DocumentDB",
  { amazon: true },
);

export const secantus: DocumentDbKind = {
  engine: 'secantusdb',
  title: 'SecantusDB',
  missing: isInstalled('secantusdb') ? undefined : 'not installed: npm run servers',
  start: async () => ({
    ...(await startSecantus()),
    server: 'a server that others wrote, from PyPI: neither MongoDB nor DocumentDB',
    version: versionOf('secantusdb'),
  }),
};

export const ferret: DocumentDbKind = {
  engine: 'ferretdb',
  title: 'FerretDB',
  missing: isInstalled('ferretdb') ? undefined : 'not installed: node tools/servers.mjs ferretdb',
  start: async () => ({
    ...(await startFerret()),
    server: 'a server that others wrote, built from its Go module: neither MongoDB nor DocumentDB',
    version: versionOf('ferretdb'),
  }),
};

/** The only one of suites that need no more. */
export const firstKind = findFirst();

/** MONGODB_URI names the only one, else all. */
export const documentDbKinds: readonly DocumentDbKind[] =
  process.env.MONGODB_URI === undefined ? [firstKind, amazon, secantus, ferret] : [firstKind];

/** Pairs of users are tied by a role. */
export const kindsWithRoles = documentDbKinds.filter((kind) => kind !== ferret);

/** Not all, as a rotation that is killed at every call takes its time. */
export const kindsWithCrashes: readonly DocumentDbKind[] = [firstKind, secantus];

function findFirst(): DocumentDbKind {
  const theirs = serverAtUri();
  if (theirs !== undefined) {
    const title = 'the server at MONGODB_URI';
    const start = async () => ({ ...theirs, ...theirs.superuser, server: title, stop: async () => {} });
    return { engine: 'documentdb', title, start };
  }
  const mongod = mongodOnPath();
  if (mongod === undefined) return standIn('a stand-in', 'a stand-in, in memory: not DocumentDB');
  const title = 'mongod on the path';
  return { engine: 'documentdb', title, start: async () => ({ ...(await startMongod(mongod)), server: title }) };
}

function standIn(title: string, server: string, options: DocumentDbOptions = {}): DocumentDbKind {
  const start = async () => {
    const one = await startDocumentDb(options);
    const counted = { refusedLogins: one.refusedLogins, openSessions: () => one.openSessions('rekey') };
    return { ...one, ...one.superuser, server, version: 'none', counted };
  };
  return { engine: 'documentdb', title, start };
}
