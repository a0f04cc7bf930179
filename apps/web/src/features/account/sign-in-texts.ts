/** The same for a wrong address and a wrong password. */
export const REFUSED = 'E-mail and password do not belong together. Please look at both again.';
export const MANY_TRIES = 'These were many tries in a short time.';
