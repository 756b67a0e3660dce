/** A function whose step fails, and which says what opens the system. */
export async function handler({ Step: step, ClientRequestToken: token, SecretId: secretId }) {
  const working = process.env.WORKING;
  console.log(
    JSON.stringify({ level: 'ERROR', message: 'no', step, token, secretId, code: 'UNREACHABLE_TCP', working }),
  );
  throw new Error('no');
}
