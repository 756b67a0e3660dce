import { describe, expect, it } from 'vitest';
// @ts-expect-error: tools are JavaScript, since they run before anything is installed.
import { schemaOf, writeOut } from '../../tools/rotation-functions.mjs';

const naming = {
  toStartCase: (key: string) => `Start${key}`,
  getLambdaLogicalId: (key: string) => `${key}Lambda`,
  getLogGroupLogicalId: (key: string) => `${key}Logs`,
};
const service = (functions: object, resources: object = {}) => ({
  custom: {
    rotationFunction: {
      function: { role: '<Name>Role', package: { patterns: ['dist/<bundle>/**'] } },
      extension: { Properties: { Environment: { Variables: { ALL: 'a' } } } },
      variables: { later: { SOME: '<Name>' } },
      rights: {
        later: [],
        rotate: [{ Sid: 'Rotate', Resource: '<function>' }],
        always: [{ Sid: 'Log', Resource: '<LogGroup>' }],
      },
      resources: { '<Name>Role': { Statement: '<statements>' } },
      admissions: { later: { '<Name>Permission': { FunctionName: '<Lambda>' } } },
      outputs: { '<Name>Arn': { Description: '<description>', Value: '<Lambda>' } },
    },
  },
  functions,
  resources,
});
const block = { name: 'rekey-a', description: 'Says "a" \\ $&', handler: 'dist/a/index.run', may: ['rotate'] };

describe('a rotation function', () => {
  it('gets a role with the rights of its block, and an output, from what is written once', () => {
    const made = service({ a: { ...block } });

    writeOut(made, naming);

    expect(made.functions).toMatchObject({ a: { role: 'StartaRole', package: { patterns: ['dist/a/**'] } } });
    expect(made.resources).toEqual({
      extensions: { aLambda: { Properties: { Environment: { Variables: { ALL: 'a' } } } } },
      Resources: {
        StartaRole: {
          Statement: [
            { Sid: 'Rotate', Resource: 'rekey-a' },
            { Sid: 'Log', Resource: 'aLogs' },
          ],
        },
      },
      Outputs: { StartaArn: { Description: 'Says "a" \\ $&', Value: 'aLambda' } },
    });
  });

  it('gets the variables that go with its rights, and no other function does', () => {
    const made = service({ a: { ...block, may: ['rotate', 'later'] }, b: { ...block, name: 'rekey-b' } });

    writeOut(made, naming);

    expect(made.resources).toMatchObject({
      extensions: {
        aLambda: { Properties: { Environment: { Variables: { ALL: 'a', SOME: 'Starta' } } } },
        bLambda: { Properties: { Environment: { Variables: { ALL: 'a' } } } },
      },
    });
    expect(made.resources).toHaveProperty('Resources.StartaPermission', { FunctionName: 'aLambda' });
  });

  it('keeps variables and files of its own block', () => {
    const own = { environment: { OWN: 'own' }, package: { patterns: ['own.json'] } };
    const made = service({ a: { ...block, ...own } });

    writeOut(made, naming);

    expect(made.functions).toMatchObject({ a: { package: { patterns: ['dist/a/**', 'own.json'] } } });
    expect(made.resources).toMatchObject({
      extensions: { aLambda: { Properties: { Environment: { Variables: { ALL: 'a', OWN: 'own' } } } } },
    });
  });

  it('is left alone without rights', () => {
    const made = service({ a: { ...block, may: undefined } });

    writeOut(made, naming);

    expect(made.resources).toEqual({});
  });

  it('overwrites nothing that is written by hand', () => {
    const made = service({ a: { ...block } }, { Outputs: { StartaArn: {} } });

    expect(() => writeOut(made, naming)).toThrow('two of StartaArn');
  });

  it('may name only rights that are written down', () => {
    const { may } = schemaOf(service({}).custom.rotationFunction).properties;

    expect(may.items).toEqual({ enum: ['later', 'rotate', 'always'] });
  });
});
