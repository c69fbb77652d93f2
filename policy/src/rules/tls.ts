import { REFUSED } from "../environment";
import { at, text, UNKNOWN } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

const ENCRYPTED = ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"];
/** This machine, and the sockets of it. */
const HERE = /^(localhost|127\..*|::1|\/.*)$/;

const instance = ({ name, props }: Judged): string[] => {
  const [mode, legacy] = ["sslMode", "requireSsl"].map((key) =>
    at(props, "settings", "ipConfiguration", key),
  );
  if (mode === UNKNOWN || legacy === UNKNOWN || legacy === true) return [];
  if (ENCRYPTED.some((one) => one === mode)) return [];
  return [
    `Instance ${name} accepts connections without TLS (sslMode ${typeof mode === "string" ? mode : "not set"}): passwords of ` +
      `clients that do not ask for it, and every row, can be read on the way. Write on the host: requireTls: true (the default).`,
  ];
};

const migration = ({ name, props }: Judged): string[] =>
  (["home", "next", "formerly"] as const).flatMap((field) => {
    const server = at(props, `${field}Server`);
    const [host, mode] = [text(server, "host"), text(server, "sslmode")];
    if (mode !== "disable" || host === undefined || HERE.test(host)) return [];
    return [
      `Dataset ${name} reaches the host of its ${field} without TLS (sslmode=disable), which is not this machine: its rows ` +
        `and the administrator's password can be read on the way. Write ?sslmode=verify-full&sslrootcert=<file> into the host's url.`,
    ];
  });

/** Connections are encrypted. */
export const tls: Rule = {
  name: "tls-required",
  description: "Servers refuse connections without TLS, and Rehome makes none beyond its own machine.",
  levels: REFUSED,
  resource: (resource) => {
    if (resource.type === TYPES.cloudSql) return instance(resource);
    return resource.type === TYPES.migration ? migration(resource) : [];
  },
};
