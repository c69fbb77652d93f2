import type { ServerConnection } from "@rehome/migration";
import { serverAddress } from "@rehome/topology";
import { CliError } from "../cli-error";
import { EXIT } from "../exit-codes";

/**
 * A server that is in no stack, by its URL as the stack file writes an existing host's. Its password comes from
 * PGPASSWORD: one in the URL would stand in the process's arguments, and is refused.
 * @throws CliError `bad-url`
 */
export const serverByUrl = (url: string): { server: ServerConnection; database: string } => {
  try {
    const { database, ...address } = serverAddress({ url });
    const password = process.env["PGPASSWORD"];
    return { database, server: { ...address, ...(password === undefined ? {} : { password }) } };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = said.replace(/ and write password: .*$/, ", and put it into PGPASSWORD");
    throw new CliError("bad-url", `${message}.`, EXIT.usage);
  }
};
