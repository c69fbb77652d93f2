import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Attributes } from "../attributes";
import type { ProviderPackage, ResourceKind } from "../provider";
import type { Values } from "../../wire/values";
import { CHARACTER_ATTRIBUTES, randomText } from "./characters";
import { defineRandom } from "./define";

const keepers: Attributes = { keepers: { forceNew: true } };

const prefixed = (properties: Values, text: string): string =>
  `${typeof properties["prefix"] === "string" ? properties["prefix"] : ""}${text}`;

const KINDS: Readonly<Record<string, ResourceKind>> = {
  "random:index/randomPassword:RandomPassword": defineRandom(CHARACTER_ATTRIBUTES, (properties) => ({
    id: "none",
    drawn: { result: randomText(properties) },
  })),
  "random:index/randomString:RandomString": defineRandom(CHARACTER_ATTRIBUTES, (properties) => {
    const result = randomText(properties);
    return { id: result, drawn: { result } };
  }),
  "random:index/randomId:RandomId": defineRandom(
    { ...keepers, byteLength: { required: true, forceNew: true }, prefix: { forceNew: true } },
    (properties) => {
      const bytes = randomBytes(Number(properties["byteLength"]));
      return {
        id: bytes.toString("base64url"),
        drawn: {
          b64Std: prefixed(properties, bytes.toString("base64")),
          b64Url: prefixed(properties, bytes.toString("base64url")),
          dec: prefixed(properties, BigInt(`0x${bytes.toString("hex")}`).toString()),
          hex: prefixed(properties, bytes.toString("hex")),
        },
      };
    },
  ),
  "random:index/randomInteger:RandomInteger": defineRandom(
    {
      ...keepers,
      min: { required: true, forceNew: true },
      max: { required: true, forceNew: true },
      seed: { forceNew: true },
    },
    (properties) => {
      const result = randomInt(Number(properties["min"]), Number(properties["max"]) + 1);
      return { id: String(result), drawn: { result } };
    },
  ),
  "random:index/randomUuid:RandomUuid": defineRandom(keepers, () => {
    const result = randomUUID();
    return { id: result, drawn: { result } };
  }),
};

/** Draws for real; what it draws is kept in the state. */
export const random: ProviderPackage = { name: "random", kind: (type) => KINDS[type] };
