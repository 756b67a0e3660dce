/** How `rekey` ends. Scripts go by these numbers: none changes its meaning. */
export const exitCodes = {
  good: 0,
  /** A check failed, a secret needs a person, or AWS refused. */
  attention: 1,
  usage: 2,
  /** Asked, and not answered with yes. */
  declined: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitHelp = `Ends with 0 when all is well, 1 when something failed or needs a person,
2 when the command line is wrong, 3 when the answer was no, 130 after Ctrl-C.
`;
