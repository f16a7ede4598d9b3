/** What was typed can't be meant: exit code 64, as sysexits.h has it. */
export class UsageError extends Error {}
