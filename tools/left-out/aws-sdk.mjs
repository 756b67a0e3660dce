export const replacements = {
  // Lambda hands its credentials over in the environment, or at an address that the environment names. Profiles, single sign-on
  // and the metadata service of EC2 have no part in it.
  '@aws-sdk/credential-provider-node': `
    import { fromEnv } from '@aws-sdk/credential-provider-env';
    export const defaultProvider = (init) => process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI
      ? async () => (await import('@aws-sdk/credential-provider-http')).fromHttp(init)()
      : fromEnv(init);`,
  '.*/getInstanceMetadataRegion': 'export const getInstanceMetadataRegion = async () => undefined;',
  // SHA-256 in JavaScript, for where Node was built without OpenSSL.
  './Sha256Js': 'export const Sha256Js = undefined;',
  // Answers that are streams of events, which no call here has.
  '@smithy/core/event-streams': `
    export const resolveEventStreamSerdeConfig = (config) => config;
    export const eventStreamSerdeProvider = () => undefined;`,
  // Parses the user agent of a browser.
  bowser: 'export default {};',
};
