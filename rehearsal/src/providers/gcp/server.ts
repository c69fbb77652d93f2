import { ensureCluster } from "@rehome/postgres";
import { Client } from "pg";
import { textOf, type Values } from "../../wire/values";
import { object, text, versionHere } from "../stand-in";
import { PORT } from "./address";
import { parametersOf } from "./flags";
import { writeInstance, type Instance } from "./instance-file";

/** The role whose members administer an instance; it is no superuser. */
const ADMINISTRATORS = "cloudsqlsuperuser";

/** Runs as Google does, by the socket that nobody else is let to. */
export const asGoogle = async <T>(
  { sockets, password }: Instance,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const client = new Client({ host: sockets, port: PORT, user: "postgres", password, database: "postgres" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** What an instance has when Google hands it over, as far as anybody here sees it. */
const HANDED_OVER = `
  CREATE ROLE ${ADMINISTRATORS} NOLOGIN CREATEDB CREATEROLE;
  GRANT pg_monitor, pg_signal_backend TO ${ADMINISTRATORS} WITH ADMIN OPTION;
  ALTER DATABASE postgres OWNER TO ${ADMINISTRATORS};
  ALTER DATABASE template1 OWNER TO ${ADMINISTRATORS};
`;

const SOCKETS = "SELECT current_setting('unix_socket_directories') AS sockets";

/** Makes the server of an instance be as its settings say, and run. */
export const runInstance = async (data: string, instance: Instance, inputs: Values): Promise<Instance> => {
  const settings = object(inputs["settings"]);
  const { address, password, certificate, key } = instance;
  const asked = Number(/^POSTGRES_(\d+)$/.exec(text(inputs["databaseVersion"]))?.[1]);
  await ensureCluster({
    ...{ directory: data, address, port: PORT, password },
    version: await versionHere(asked),
    parameters: parametersOf(settings),
    tls: {
      ...{ certificate, key },
      required: textOf(object(settings["ipConfiguration"])["sslMode"] ?? "") === "ENCRYPTED_ONLY",
    },
  });
  const client = new Client({
    ...{ host: address, port: PORT, user: "postgres", password, database: "postgres" },
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  try {
    const known = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [ADMINISTRATORS]);
    if (known.rows.length === 0) await client.query(HANDED_OVER);
    const { rows } = await client.query<{ sockets: string }>(SOCKETS);
    const running = { ...instance, ...(rows[0] ?? {}) };
    await writeInstance(data, running);
    return running;
  } finally {
    await client.end();
  }
};
