// Loaded into the process of a rotation function before anything else. Counts what the process sends to anybody, tells each as a line, and
// ends the process at the one that REKEY_KILL names: "7:before" it is sent, "7:sent" before there is an answer, "7:answered" when the
// answer has come and nobody has read it.
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const [at, moment] = (process.env.REKEY_KILL ?? '').split(':');
const isDoomed = Symbol('isDoomed');
let calls = 0;

const die = () => process.kill(process.pid, 'SIGKILL');

/** What is sent, without any value: the operation, the route, or the first words of a statement. */
function nameOf(chunks) {
  const text = chunks.map(({ chunk }) => Buffer.from(chunk).toString('latin1')).join('');
  const operation = /x-amz-target: \w+\.(\w+)/i.exec(text)?.[1] ?? /^Action=(\w+)|\bAction=(\w+)/m.exec(text)?.[1];
  if (operation) return operation;
  const route = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) [^ ?]*/.exec(text)?.[0];
  if (route) return route;
  const words =
    /\b(?:SELECT|SET|BEGIN|COMMIT|ROLLBACK|ALTER|CREATE|DROP|GRANT|REVOKE|SHOW|DO|WITH|SAVEPOINT|RESET)\b(?: [A-Z]+\b)?/.exec(
      text,
    );
  return (
    words?.[0] ??
    /\b(?:updateUser|createUser|usersInfo|grantRoles\w+|revokeRoles\w+|connectionStatus|sasl\w+|hello)\b/.exec(
      text,
    )?.[0] ??
    'protocol'
  );
}

// Every write of every socket, encrypted or not, comes by here in clear.
const send = Socket.prototype._writeGeneric;
Socket.prototype._writeGeneric = function (isMany, data, encoding, callback) {
  // What waits for the connection comes by again.
  if (this.connecting || this._isStdio) return send.call(this, isMany, data, encoding, callback);
  calls += 1;
  const isIt = String(calls) === at;
  writeSync(2, `rekey-call ${calls} ${nameOf(isMany ? data : [{ chunk: data }])}\n`);
  if (isIt && moment === 'before') die();
  if (isIt && moment === 'answered') this[isDoomed] = true;
  const sent = send.call(this, isMany, data, encoding, callback);
  if (isIt && moment === 'sent') die();
  return sent;
};

Socket.prototype.push = function (...chunk) {
  if (this[isDoomed]) die();
  return Duplex.prototype.push.apply(this, chunk);
};
