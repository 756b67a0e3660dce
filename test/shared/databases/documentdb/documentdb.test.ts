/** On the server at MONGODB_URI, a mongod on the path, or the stand-in; without MONGODB_URI also on the stand-in that refuses more. */
import { amazon, firstKind } from '../../../support/documentdb-places.ts';
import { describeDocumentDbOn, silentHosts } from './documentdb-on.ts';
import { describeDocumentDbPlayed } from './documentdb-played.case.ts';

await describeDocumentDbOn(firstKind);
if (process.env.MONGODB_URI === undefined) await describeDocumentDbOn(amazon, silentHosts);
describeDocumentDbPlayed();
