/**
 * Control characters but line feed and tab, and those that turn the direction of text: a model's or a user's words
 * must not move the cursor, colour the screen or show in another order than they are.
 */
// eslint-disable-next-line no-control-regex -- control characters are what it is for
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text as it may be written to a terminal. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, '');
