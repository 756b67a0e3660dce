import { AwsError, validation } from '../../aws/aws-error.ts';
import { fromJson, isObject } from '../../aws/json-text.ts';
import { decodePart, restCall } from '../../aws/protocols/rest.ts';
import type { Account, Service } from '../../aws/service.ts';
import { json, type Protocol, type WireRequest } from '../../aws/wire.ts';

const operations: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
};

/** EventBridge Scheduler's REST protocol: the name in the path, the group in the query or the body. */
export function schedulerRest(service: Service, account: Account): Protocol {
  return (request) => {
    const [, encoded] = /^\/schedules(?:\/([^/]+))?$/.exec(request.path) ?? [];
    const isList = /^\/schedules\/?$/.test(request.path) && request.method === 'GET';
    const operation = isList ? 'ListSchedules' : encoded && operations[request.method];
    if (!operation) return undefined;
    return restCall(request, {
      service: 'scheduler',
      operation,
      codes: { throttled: 'ThrottlingException', internal: 'InternalServerException' },
      throttledStatus: 429,
      errorBody: ({ message }) => ({ Message: message }),
      run: async ({ accessKeyId, region }) => {
        const input = isList ? listInput(request) : { ...parse(request), ...nameInput(request, encoded ?? '') };
        return json(200, await service.call(operation, input, { accessKeyId, region: region || account.region }));
      },
    });
  };
}

function listInput({ query }: WireRequest): Record<string, unknown> {
  const size = query.get('MaxResults');
  return {
    GroupName: query.get('ScheduleGroup'),
    NamePrefix: query.get('NamePrefix'),
    State: query.get('State'),
    NextToken: query.get('NextToken'),
    MaxResults: size === null ? null : Number(size),
  };
}

function nameInput({ query }: WireRequest, encoded: string): Record<string, unknown> {
  const group = query.get('groupName');
  const name = decodePart(encoded);
  if (name === undefined) throw validation('The name in the path is not well encoded.');
  return { Name: name, ...(group !== null && { GroupName: group }) };
}

function parse({ body }: WireRequest): Record<string, unknown> {
  const parsed = body.length === 0 ? {} : fromJson(body.toString());
  if (isObject(parsed)) return parsed;
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}
