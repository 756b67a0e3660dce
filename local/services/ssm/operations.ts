import { deleteParameter, deleteParameters } from './operations/delete-parameters.ts';
import { describeParameters } from './operations/describe-parameters.ts';
import { getParameterHistory } from './operations/get-parameter-history.ts';
import { getParameter, getParameters } from './operations/get-parameters.ts';
import { getParametersByPath } from './operations/get-parameters-by-path.ts';
import { labelParameterVersion, unlabelParameterVersion } from './operations/labels.ts';
import { putParameter } from './operations/put-parameter.ts';
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from './operations/tags.ts';
import type { Operation } from './world.ts';

/** Every operation of Parameter Store, by its name on the wire. Of the rest of Systems Manager there is nothing. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['AddTagsToResource', addTagsToResource],
  ['DeleteParameter', deleteParameter],
  ['DeleteParameters', deleteParameters],
  ['DescribeParameters', describeParameters],
  ['GetParameter', getParameter],
  ['GetParameterHistory', getParameterHistory],
  ['GetParameters', getParameters],
  ['GetParametersByPath', getParametersByPath],
  ['LabelParameterVersion', labelParameterVersion],
  ['ListTagsForResource', listTagsForResource],
  ['PutParameter', putParameter],
  ['RemoveTagsFromResource', removeTagsFromResource],
  ['UnlabelParameterVersion', unlabelParameterVersion],
]);
