import { query } from "./proof";
import type { Connection } from "./stage";

/** The numbers of a ledger, as a home has them; `server` is its administrator. */
export const numbersIn = async (server: Connection, schema: string): Promise<number[]> =>
  (await query<{ id: number }>(server, `SELECT id FROM "${schema}".ledger ORDER BY id`)).map(({ id }) => id);

/** A client of a service that never rests: it connects by what the stack hands out, and keeps a ledger. */
export class LedgerWriter {
  readonly acknowledged: number[] = [];
  #next = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  private constructor(private connection: Connection) {
    this.#done = this.#write();
  }

  /** Makes the ledger's table where the service lives, and begins. */
  static async begin(connection: Connection): Promise<LedgerWriter> {
    await query(connection, "CREATE TABLE ledger (id int PRIMARY KEY)");
    return new LedgerWriter(connection);
  }

  connect(connection: Connection | undefined): void {
    if (connection !== undefined) this.connection = connection;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  /** What was acknowledged until now and is not in a home. */
  async lostFrom(server: Connection, schema: string): Promise<number[]> {
    const acknowledged = [...this.acknowledged]; // before the home is read: the writer goes on
    const there = new Set(await numbersIn(server, schema));
    return acknowledged.filter((id) => !there.has(id));
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      const id = (this.#next += 1);
      try {
        await query(this.connection, "INSERT INTO ledger VALUES ($1)", [id]);
        this.acknowledged.push(id);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50)); // in doubt or refused: either way another follows
      }
    }
  }
}
