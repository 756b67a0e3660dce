export interface Progress {
  show(line: string): void;
  /** Leaves the terminal as it was found. */
  end(): void;
}

/** On standard error: one line that changes on a terminal, a line each time anywhere else. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const start = performance.now();
  const clear = '\r\x1b[2K';
  return {
    show: (line) => {
      const text = `${((performance.now() - start) / 1000).toFixed(1)} s  ${line}`;
      stream.write(stream.isTTY ? `${clear}${text}` : `${text}\n`);
    },
    end: () => {
      if (stream.isTTY) stream.write(clear);
    },
  };
}
