// Serverless loads this with require(), which forbids a top-level await anywhere below: so the bundler comes in with import().
// The default export is what Serverless asks of a plugin.
import { mkdirSync, writeFileSync } from 'node:fs';
import { inRoot } from './project.mjs';
import { schemaOf, writeOut } from './rotation-functions.mjs';

export default class BundlePlugin {
  constructor(serverless) {
    const { service, configSchemaHandler } = serverless;
    configSchemaHandler.defineFunctionProperties('aws', schemaOf(service.custom.rotationFunction));

    this.hooks = {
      initialize: () => writeOut(service, serverless.getProvider('aws').naming),
      'before:package:createDeploymentArtifacts': bundle,
      'before:deploy:function:packageFunction': bundle,
      'before:invoke:local:invoke': async () => {
        await bundle();
        for (const definition of Object.values(service.functions)) standIn(definition);
      },
    };
  }
}

async function bundle() {
  const { build } = await import('./build.mjs');
  await build();
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
