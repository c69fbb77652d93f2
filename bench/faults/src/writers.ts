import type pg from "pg";
import type { Ledger, Kind } from "./ledger";
import type { Random } from "./random";
import { isUnknown, serviceClient, type Home } from "./service";
import { sleep } from "./wait";

interface Write {
  readonly kind: Kind;
  readonly id: string;
  readonly value: string | undefined;
  readonly work: (client: pg.Client) => Promise<void>;
}

const ROUND_MS = 25;

/** A client of the service that writes without pause, and keeps the ledger of what it was told. */
export class Writer {
  private client: pg.Client | undefined;
  private paused = false;
  private stopped = false;
  private idle: (() => void) | undefined;
  private count = 0;
  private readonly loop: Promise<void>;

  constructor(
    private readonly name: string,
    private readonly random: Random,
    private readonly ledger: Ledger,
    private home: Home,
  ) {
    this.loop = this.run();
  }

  /** Waits until its write under way has its answer; it begins none until `resume`. */
  async pause(): Promise<void> {
    this.paused = true;
    await new Promise<void>((resolve) => (this.idle = resolve));
  }

  resume(home: Home): void {
    this.paused = false;
    if (home === this.home) return;
    this.home = home;
    this.drop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.paused = false;
    await this.loop;
    this.drop();
  }

  private drop(): void {
    void this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (this.paused) this.idle?.();
      else await this.round();
      await sleep(ROUND_MS);
    }
  }

  private async round(): Promise<void> {
    const { home } = this;
    try {
      this.client ??= await serviceClient(home);
    } catch {
      return; // no session, no write
    }
    if (this.random.chance(0.1)) return await this.drawTicket(this.client);
    const write = this.choose();
    try {
      await write.work(this.client);
      this.ledger.acknowledge(write.kind, write.id, write.value);
    } catch (error) {
      if (isUnknown(error)) {
        this.ledger.doubt(write.kind, write.id, write.value);
        this.drop();
      } else await this.client.query("ROLLBACK").catch(() => this.drop());
    }
  }

  private async drawTicket(client: pg.Client): Promise<void> {
    try {
      const { rows } = await client.query<{ ticket: string }>("SELECT nextval('tickets')::text AS ticket");
      this.ledger.draw(rows[0]?.ticket ?? "");
    } catch (error) {
      if (isUnknown(error)) this.drop();
    }
  }

  private choose(): Write {
    const { random, ledger } = this;
    const id = `${this.name}.${(this.count += 1)}`;
    const mine = ledger.surely("order").filter((order) => order.startsWith(`${this.name}.`));
    switch (random.between(0, 6)) {
      case 0:
      case 1:
        return single("note", id, `body ${id}`, "INSERT INTO notes (wid, body) VALUES ($1, $2)");
      case 2:
        return single(
          "event",
          id,
          "seen",
          `INSERT INTO events (at, kind, wid) VALUES ('202${random.between(0, 9)}-05-05', $2, $1)`,
        );
      case 3:
        return transfer(id, random);
      case 4:
        if (mine.length > 0) return update(random.pick(mine), ledger);
        return order(id, random);
      case 5:
        if (mine.length > 4)
          return single("order", random.pick(mine), undefined, "DELETE FROM orders WHERE wid = $1");
        return order(id, random);
      default:
        return order(id, random);
    }
  }
}

const single = (kind: Kind, id: string, value: string | undefined, sql: string): Write => ({
  ...{ kind, id, value },
  work: async (client) => void (await client.query(sql, value === undefined ? [id] : [id, value])),
});

const order = (id: string, random: Random): Write => {
  const numbers = [random.between(1, 4), random.between(5, 9)];
  return {
    kind: "order",
    id,
    value: `version 0, touched 0, lines ${numbers.join("+")}`,
    work: async (client) => {
      await client.query("BEGIN");
      const { rows } = await client.query<{ id: string }>(
        "INSERT INTO orders (customer, wid) VALUES ($1, $2) RETURNING id",
        [random.between(1, 2000), id],
      );
      for (const n of numbers) {
        await client.query('INSERT INTO lines ("order", product, wid, n) VALUES ($1, $2, $3, $4)', [
          rows[0]?.id,
          random.between(1, 1000),
          ...[id, n],
        ]);
      }
      await client.query("COMMIT");
    },
  };
};

const transfer = (id: string, random: Random): Write => {
  const source = random.between(1, 25);
  const target = random.between(26, 50);
  const amount = random.between(1, 9);
  return {
    kind: "transfer",
    id,
    value: `${source}>${target}:${amount}`,
    work: async (client) => {
      await client.query("BEGIN");
      await client.query("UPDATE accounts SET amount = amount - $2 WHERE id = $1", [source, amount]);
      await client.query("UPDATE accounts SET amount = amount + $2 WHERE id = $1", [target, amount]);
      await client.query("INSERT INTO transfers VALUES ($1, $2, $3, $4)", [id, source, target, amount]);
      await client.query("COMMIT");
    },
  };
};

const update = (id: string, ledger: Ledger): Write => {
  const before = ledger.value("order", id) ?? "";
  const next = Number(/^version (\d+)/.exec(before)?.[1]) + 1;
  return {
    kind: "order",
    id,
    value: before.replace(/^version \d+, touched \d+/, `version ${next}, touched ${next}`),
    work: async (client) =>
      void (await client.query("UPDATE orders SET version = $2 WHERE wid = $1", [id, next])),
  };
};
