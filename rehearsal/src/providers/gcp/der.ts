/** What a value of ASN.1 is, in its distinguished encoding (X.690). */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const length = (bytes: number): Buffer => {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits: number[] = [];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([0x80 | digits.length, ...digits]);
};

const encoded = (tag: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), length(body.length), body]);

export const sequence = (...parts: readonly Buffer[]): Buffer => encoded(TAG.sequence, Buffer.concat(parts));
export const set = (...parts: readonly Buffer[]): Buffer => encoded(TAG.set, Buffer.concat(parts));
export const utf8 = (text: string): Buffer => encoded(TAG.utf8, Buffer.from(text, "utf8"));
export const bits = (body: Buffer): Buffer => encoded(TAG.bits, Buffer.concat([Buffer.from([0]), body]));
export const octets = (body: Buffer): Buffer => encoded(TAG.octets, body);
export const yes = (): Buffer => encoded(TAG.boolean, Buffer.from([0xff]));
/** A part that has a number in place of a name. */
export const tagged = (number: number, body: Buffer): Buffer => encoded(0xa0 | number, body);

/** A number of any size, its bytes in the order of their weight; never a negative one. */
export const integer = (bytes: Buffer): Buffer =>
  encoded(TAG.integer, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));

export const time = (at: Date): Buffer =>
  encoded(TAG.time, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, "")}`, "ascii"));

/** An object identifier as people write it: `2.5.4.3`. */
export const objectId = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return encoded(TAG.objectId, Buffer.from([first * 40 + second, ...bytes]));
};
