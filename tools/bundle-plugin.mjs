// Serverless loads this with require(), which forbids a top-level await anywhere below: so the bundler comes in with import().
// The default export is what Serverless asks of a plugin.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inRoot } from './project.mjs';
import { choose } from './stack/choose.ts';
import { leftBehind, refusalOf } from './stack/left-behind.ts';
import { rightNames } from './stack/rights.ts';
import { roleIdOf, stackOf } from './stack/stack.ts';

export default class BundlePlugin {
  constructor(serverless, _, { log }) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      // A right that is not written down stops everything.
      properties: {
        may: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: rightNames } },
      },
    });

    let known = [];
    this.hooks = {
      initialize: () => {
        known = Object.keys(serverless.service.functions);
        complete(serverless, log, known);
      },
      'before:package:createDeploymentArtifacts': async () => {
        await bundle(serverless);
        missRoots(serverless, log);
      },
      'before:deploy:function:packageFunction': () => bundle(serverless),
      'before:deploy:deploy': () => leaveNoneBehind(serverless, log, { known, stay: namesOf(serverless) }),
      'before:remove:remove': () => leaveNoneBehind(serverless, log, { known, stay: [] }),
      'before:invoke:local:invoke': async () => {
        await bundle(serverless);
        for (const definition of Object.values(serverless.service.functions)) standIn(definition);
      },
    };
  }
}

/** Leaves the chosen functions, and adds what the stack needs for them. */
function complete(serverless, log, known) {
  const { service, configurationInput: input } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { prefix, values, functions, rdsRoots } = service.custom;
  const deploys = serverless.processedInput.commands.join(' ') === 'deploy';
  try {
    service.functions = input.functions = choose(service.functions, functions[deploys ? 'deploy' : 'otherwise']);
    const { extensions, ...rest } = stackOf({ blocks: service.functions, known, prefix, values }, naming);
    // `serverless print` shows the input.
    service.resources = input.resources = { ...rest, extensions };
  } catch (error) {
    throw new serverless.classes.Error(error.message, 'REKEY_DEPLOYMENT');
  }
  const names = Object.keys(service.functions);
  if (deploys)
    log.notice(`functions: ${names.join(', ')} (${names.length} of ${known.length}). The stack keeps no others.`);

  for (const [key, definition] of Object.entries(service.functions)) {
    if (definition.may === undefined) continue;
    definition.role = roleIdOf(key, naming);
    const { patterns = [] } = definition.package ?? {};
    definition.package = { patterns: [...filesOf(definition.handler, rdsRoots), ...patterns] };
  }
}

const namesOf = ({ service }) => Object.values(service.functions).map(({ name }) => name);

/** Ends the command where a secret names a function of this stack that is about to go. Who may not list secrets is told so. */
async function leaveNoneBehind(serverless, log, functions) {
  const { prefix, leftBehind: allowed } = serverless.service.custom;
  if (allowed === 'allow') return;
  const { SecretsManagerClient, paginateListSecrets } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(await serverless.getProvider('aws').getAwsSdkV3Config());
  const left = [];
  try {
    for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
      left.push(...leftBehind(SecretList, { prefix, ...functions }));
    }
  } catch (error) {
    if (error.name !== 'AccessDeniedException') throw error;
    log.warning('secretsmanager:ListSecrets is denied: nobody looked for secrets that name functions which go now.');
  } finally {
    client.destroy();
  }
  if (left.length > 0) throw new serverless.classes.Error(refusalOf(left), 'REKEY_LEFT_BEHIND');
}

/** Of its bundle, with the RDS roots of one region. With '!**' Serverless would walk through every folder here, once a function. */
function filesOf(handler, rdsRoots) {
  const folder = handler.slice(0, handler.lastIndexOf('/'));
  return ['!**/**', `${folder}/**`, `!${folder}/rds-roots/**`, `${folder}/rds-roots/${rdsRoots}.pem`];
}

/** A login to RDS would find that out, days later. */
function missRoots({ service }, log) {
  const { rdsRoots } = service.custom;
  const folders = Object.values(service.functions).map(({ handler }) => inRoot(dirname(handler), 'rds-roots'));
  if (rdsRoots === '*' || folders.every((roots) => !existsSync(roots) || existsSync(join(roots, `${rdsRoots}.pem`))))
    return;
  log.warning(
    `there are no RDS roots of ${rdsRoots} here, so logins to RDS may end with UNREACHABLE_TLS: docs/deploying.md, China and GovCloud`,
  );
}

/** Those that were chosen, and no others. */
async function bundle({ service }) {
  const { bundleFunctions } = await import('./build.mjs');
  const folders = Object.values(service.functions).map(({ handler }) => basename(dirname(handler)));
  await bundleFunctions([...new Set(folders)]);
}

/** `serverless invoke local` looks for .js and .cjs only, so it gets a file beside the bundle's folder that leads to index.mjs. */
function standIn(definition) {
  const [, folder, name] = /^dist\/([^/]+)\/index\.(\w+)$/.exec(definition.handler) ?? [];
  if (folder === undefined) return;
  mkdirSync(inRoot('.cache/invoke-local'), { recursive: true });
  writeFileSync(
    inRoot(`.cache/invoke-local/${folder}.cjs`),
    `module.exports = require('../../dist/${folder}/index.mjs');\n`,
  );
  definition.handler = `.cache/invoke-local/${folder}.${name}`;
}
