// Handlers for the tests of the function host.
let calls = 0;

export const countCalls = async () => {
  calls += 1;
  return { calls, pid: process.pid };
};
export const showEnvironment = async () => ({ ...process.env });
export const showContext = async (event, context) => ({
  ...context,
  event,
  remaining: context.getRemainingTimeInMillis(),
});
export const print = async () => {
  console.log('to stdout');
  console.error('to stderr');
};
export const talk = async ({ lines }) => {
  for (let line = 1; line <= lines; line += 1) console.log(String(line));
};
export const fail = async () => {
  throw new RangeError('out of range');
};
export const failWithText = async () => {
  throw 'just text';
};
export const hang = () => new Promise((resolve) => setTimeout(resolve, 60_000));
export const leave = async () => {
  console.log('leaving');
  process.exit(7);
};
export const notAFunction = 1;

const call = (operation, body) =>
  fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'x-amz-target': `secretsmanager.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20260101/${process.env.AWS_REGION}/secretsmanager/aws4_request`,
    },
    body: JSON.stringify(body),
  }).then((response) => response.json());

export const listSecrets = async () => call('ListSecrets', {});

/** The least that a rotation function must do. */
export const rotate = async ({ Step, SecretId, ClientRequestToken: token }) => {
  if (Step === 'createSecret') {
    await call('PutSecretValue', {
      SecretId,
      ClientRequestToken: token,
      SecretString: `value of ${token}`,
      VersionStages: ['AWSPENDING'],
    });
  }
  if (Step === 'finishSecret') {
    const { VersionIdsToStages } = await call('DescribeSecret', { SecretId });
    const [current] = Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes('AWSCURRENT'));
    await call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token,
      RemoveFromVersionId: current,
    });
  }
};
