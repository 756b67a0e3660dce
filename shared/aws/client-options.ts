/** What all AWS clients share. Region, credentials and endpoints come from the environment, as the SDK reads them. */

/** The SDK's own default waits for ever; a packet that is swallowed must not cost the whole time limit. Milliseconds. */
export const clientOptions = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
};
