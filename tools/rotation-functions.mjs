// Repeats what serverless.yml writes once, `custom.rotationFunction`, for each function whose block says what it `may`.

/** What a block may say, for Serverless to check. A right that is not written down stops everything. */
export const schemaOf = (template) => ({
  properties: {
    may: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: Object.keys(template.rights) } },
  },
});

/** Changes `service` in place, as if everything had been written out by hand. `naming` gives Serverless's logical ids. */
export function writeOut(service, naming) {
  const {
    function: properties,
    extension,
    variables,
    rights,
    resources,
    admissions,
    outputs,
  } = service.custom.rotationFunction;

  for (const [key, definition] of Object.entries(service.functions)) {
    if (definition.may === undefined) continue;
    const names = {
      '<function>': definition.name,
      '<Name>': naming.toStartCase(key),
      '<Lambda>': naming.getLambdaLogicalId(key),
      '<LogGroup>': naming.getLogGroupLogicalId(key),
      '<bundle>': bundleOf(key, definition.handler),
      '<description>': definition.description,
    };
    const statements = [...definition.may, 'always'].flatMap((right) => rights[right]);

    const files = definition.package?.patterns ?? [];
    const own = Object.assign({}, definition.environment, ...definition.may.map((right) => variables?.[right]));
    Object.assign(definition, filled(properties, names));
    definition.package.patterns.push(...files);
    add(service.resources, 'extensions', filled({ '<Lambda>': withVariables(extension, own) }, names));
    const admitted = Object.assign({}, resources, ...definition.may.map((right) => admissions?.[right]));
    add(service.resources, 'Resources', filled(admitted, names, statements));
    add(service.resources, 'Outputs', filled(outputs, names));
  }
}

/** A right may need a variable of the environment to be of use. */
function withVariables(extension, own) {
  if (Object.keys(own).length === 0) return extension;
  const made = structuredClone(extension);
  Object.assign(made.Properties.Environment.Variables, own);
  return made;
}

function bundleOf(key, handler) {
  const [, bundle] = /^dist\/([^/]+)\/index\.\w+$/.exec(handler) ?? [];
  if (bundle === undefined) throw new Error(`function ${key}: its handler is not dist/<bundle>/index.<export>`);
  return bundle;
}

/** A copy with every name filled in, in keys too. */
function filled(part, names, statements) {
  let text = JSON.stringify(part).replaceAll('"<statements>"', () => JSON.stringify(statements));
  for (const [mark, name] of Object.entries(names)) {
    text = text.replaceAll(mark, () => JSON.stringify(name).slice(1, -1));
  }
  return JSON.parse(text);
}

/** Nothing that is written by hand is overwritten. */
function add(resources, section, entries) {
  resources[section] ??= {};
  for (const [id, entry] of Object.entries(entries)) {
    if (id in resources[section]) throw new Error(`serverless.yml has two of ${id} in resources.${section}`);
    resources[section][id] = entry;
  }
}
