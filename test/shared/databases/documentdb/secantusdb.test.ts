/** DocumentDB's suites on SecantusDB: a server that others wrote. */
import { secantus } from '../../../support/documentdb-places.ts';
import { describeDocumentDbOn, silentHosts } from './documentdb-on.ts';

await describeDocumentDbOn(secantus, silentHosts);
