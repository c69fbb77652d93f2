/** What ends a line somewhere, or does not show, or turns the direction of what follows. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

const escape = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");

/**
 * A text in double quotes, as JSON and YAML read it, all on one line and with nothing in it that does not show: a message
 * that a review relies on must not read as another.
 */
export const quoted = (text: string): string => JSON.stringify(text).replace(UNSEEN, escape);
