import { describePackagedMysql } from '../support/mysql-packaged.ts';

await describePackagedMysql('mysql');
