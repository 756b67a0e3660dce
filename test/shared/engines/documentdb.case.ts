export function describeDocumentDb(_: unknown): void {}
