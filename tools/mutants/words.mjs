// For Stryker: texts for people are not mutated. Where a message must hold something a test says so; that every word of it is as it
// was, no test should say.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const isText = ({ type }) => type === 'StringLiteral' || type === 'TemplateLiteral';

/** Calls that only tell somebody: `ctx.log`. */
const isTelling = (node) =>
  (node.type === 'CallExpression' && node.callee.property?.name === 'log') ||
  (node.type === 'ExpressionStatement' && isTelling(node.expression)) ||
  (node.type === 'ArrowFunctionExpression' && isTelling(node.body));

/** The fact, which every typed error has as its first argument, and what makers of errors are given: `throw unusable(fact, hint)`. */
const isOfError = ({ node, parent, parentPath }) =>
  (parent?.type === 'NewExpression' && /Error$/.test(parent.callee.name ?? '') && parent.arguments[0] === node) ||
  (parent?.type === 'CallExpression' && parentPath.parent?.type === 'ThrowStatement');

const isHint = ({ node, parent }) =>
  parent?.type === 'ObjectProperty' && parent.key.name === 'hint' && parent.value === node;

/** Details of an error that are a hint and nothing else. */
const isHintAlone = (node) =>
  node.type === 'ObjectExpression' && node.properties.length === 1 && node.properties[0].key?.name === 'hint';

const words = {
  shouldIgnore(path) {
    if (isTelling(path.node)) return 'a log line';
    if (isHintAlone(path.node)) return 'a text for people';
    return isText(path.node) && (isOfError(path) || isHint(path)) ? 'a text for people' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'words', words)];
