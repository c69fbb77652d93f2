import { z } from "zod";
import { parameterName } from "./names";

/** A parameter's value as people write it in YAML (`200`, `on`, `"8MB"`), kept as text. */
const parameterValue = z
  .union([z.string(), z.number(), z.boolean()], {
    error: "is not a value; write a text, a number or true/false",
  })
  .refine((value) => !String(value).includes("\0"), {
    error: "holds a NUL character, which no parameter can",
  })
  .transform(String)
  .describe("Value with its unit, as in postgresql.conf: 8MB, 30s, 1.1, on.");

/** Server-side settings, name to value. */
export const settings = () => z.record(parameterName(), parameterValue);

/** What a host's server is started with; Rehome decides these itself and a second opinion would cut it off. */
const OWN =
  /^(port|listen_addresses|unix_socket_directories|data_directory|config_file|hba_file|ident_file)$/i;

/** A host's parameters: settings without those that say where the server lives and listens. */
export const parameters = () =>
  settings().check((context) => {
    for (const name of Object.keys(context.value).filter((key) => OWN.test(key))) {
      const message = "is set by Rehome itself; leave it out (a port is the host's own field)";
      context.issues.push({ code: "custom", message, input: context.value, path: [name] });
    }
  });
