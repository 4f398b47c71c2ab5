// Ended by Ctrl-C before the work was over.

/** As a shell has it of a program that SIGINT ended. */
export const STATUS_LEFT = 130;

/** The user left; there is nothing more to say. */
export class LeftByUser extends Error {}
