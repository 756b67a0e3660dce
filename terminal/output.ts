/** What a program writes to: standard output, standard error, or what a test puts in their place. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A reader that went away (`| head`) is no reason to fail. */
export function allowLeavingReaders(stream: NodeJS.WriteStream = process.stdout): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
