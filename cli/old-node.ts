/** Loaded first: what Node 20 lacks, and what the functions' code takes for granted, which runs on 24. */

// The tool comes with the SDK that it was tested with.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

type Reviver = (this: unknown, key: string, value: unknown, context: { source: string }) => unknown;

// Numbers that JavaScript cannot hold exactly are kept for those who write values back. Nobody does here, so each is as it would be written.
if (!('rawJSON' in JSON)) {
  const parse = JSON.parse;
  Object.assign(JSON, {
    isRawJSON: () => false,
    parse: (text: string, revive?: Reviver) =>
      parse(
        text,
        revive &&
          function (this: unknown, key: string, value: unknown) {
            return revive.call(this, key, value, { source: String(value) });
          },
      ),
  });
}
