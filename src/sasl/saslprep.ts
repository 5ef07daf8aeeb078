import { InvalidValueError } from "../errors/index.js";

// Sets of RFC 3454, by the names of its appendices, as ranges of code points.
/** B.1, commonly mapped to nothing. */
const NOTHING = setOf("ad 34f 1806 180b-180d 200b-200d 2060 fe00-fe0f feff");
/** C.1.2, spaces other than the plain one. */
const SPACES = setOf("a0 1680 2000-200b 202f 205f 3000");
/** C.2 to C.9: controls, private use, surrogates, non-characters, and what changes how text is shown. */
const PROHIBITED = setOf(
  "0-1f 7f-9f 340 341 6dd 70f 180e 200c-200f 2028-202e 2060-2063 206a-206f 2ff0-2ffb d800-f8ff fdd0-fdef feff " +
    "fff9-ffff 1d173-1d17a 1fffe 1ffff 2fffe 2ffff 3fffe 3ffff 4fffe 4ffff 5fffe 5ffff 6fffe 6ffff 7fffe 7ffff " +
    "8fffe 8ffff 9fffe 9ffff afffe affff bfffe bffff cfffe cffff dfffe dffff e0001 e0020-e007f efffe-10ffff",
);
/** D.1, written from right to left. */
const RIGHT_TO_LEFT = setOf(
  "5be 5c0 5c3 5d0-5ea 5f0-5f4 61b 61f 621-63a 640-64a 66d-66f 671-6d5 6dd 6e5 6e6 6fa-6fe 700-70d 710 712-72c " +
    "780-7a5 7b1 200f fb1d fb1f-fb28 fb2a-fb36 fb38-fb3c fb3e fb40 fb41 fb43 fb44 fb46-fbb1 fbd3-fd3d fd50-fd8f " +
    "fd92-fdc7 fdf0-fdfc fe70-fe74 fe76-fefc",
);

/** One character of a set that is written in hexadecimal. */
function setOf(ranges: string): RegExp {
  return new RegExp(`[${ranges.replace(/[0-9a-f]+/g, "\\u{$&}").replaceAll(" ", "")}]`, "u");
}

/**
 * Brings a name or password to the form in which both sides compare it: SASLprep, RFC 4013. Characters that came to
 * Unicode after the RFC's version 3.2 pass, and are normalised by this engine's tables.
 *
 * @param what for the message, which never shows the text.
 * @throws InvalidValueError if the text has a character that is not allowed, or nothing is left of it.
 */
export function saslprep(text: string, what: string): string {
  const prepared = Array.from(text, mapped).join("").normalize("NFKC");
  if (prepared === "") throw new InvalidValueError(`${what} is empty, which SASL does not allow`);
  if (PROHIBITED.test(prepared)) {
    throw new InvalidValueError(
      `${what} has a character that SASLprep (RFC 4013) prohibits, such as a control character; choose another`,
    );
  }
  if (!RIGHT_TO_LEFT.test(prepared)) return prepared;
  const characters = Array.from(prepared);
  const ends = [characters[0], characters.at(-1)];
  // D.2, written from left to right, is every other letter.
  const mixed = characters.some((each) => /\p{L}/u.test(each) && !RIGHT_TO_LEFT.test(each));
  if (!mixed && ends.every((each) => each !== undefined && RIGHT_TO_LEFT.test(each))) return prepared;
  throw new InvalidValueError(
    `${what} mixes letters of both directions of writing, or does not begin and end with a letter written from right ` +
      "to left, which SASLprep (RFC 4013) prohibits; choose another",
  );
}

function mapped(character: string): string {
  if (NOTHING.test(character)) return "";
  return SPACES.test(character) ? " " : character;
}
