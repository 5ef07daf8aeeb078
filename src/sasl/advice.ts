const NAMES = "whether the daemon's sasl_allowed_username_list has it";

/** What to check when a server refuses. */
export const PASSWORD_ADVICE: string = `check the user name and its password, and ${NAMES}`;
export const IDENTITY_ADVICE: string = `check the identity, and ${NAMES}`;
