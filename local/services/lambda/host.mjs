// One execution environment of a rotation function: imports the bundle once, then answers one event at a time over the IPC channel.
// Plain JavaScript, because stripping types here would add to the start-up time that is measured.
import { pathToFileURL } from 'node:url';

const [file, exported] = process.argv.slice(2);
// The sandbox is gone, and nobody else would end this process.
process.once('disconnect', () => process.exit(0));

const describe = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const start = performance.now();
let handler;
try {
  handler = (await import(pathToFileURL(file).href))[exported];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${exported} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  process.send({ kind: 'ready', initMs: performance.now() - start });
} catch (error) {
  process.send({ kind: 'broken', error: describe(error) });
}

process.on('message', async ({ event, context, deadline }) => {
  const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
  try {
    const result = await handler(event, { ...context, getRemainingTimeInMillis });
    process.send({ kind: 'done', outcome: { ok: true, payload: result === undefined ? null : result } });
  } catch (error) {
    process.send({ kind: 'done', outcome: { ok: false, error: describe(error) } });
  }
});
