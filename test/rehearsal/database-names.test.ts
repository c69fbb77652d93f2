import { expect, it } from "vitest";
import { serverOf } from "../../rehearsal/src/providers/postgresql/server";

const server = serverOf({ host: "127.0.0.1", port: "1", sslmode: "disable" });

it.each(["a%41", "a?sslmode=disable", "a#b", "a\nb"])(
  "a database called %j is refused, for the real provider misreads it",
  async (name) => {
    await expect(server.session(name, () => Promise.resolve())).rejects.toMatchObject({
      code: "bad-database",
    });
  },
);

it("any other is not", async () => {
  const names = [`d"b'; -- x`, "host=x dbname=y", "a/b@c:d", "日本 \\ &+"];
  for (const name of names)
    await expect(server.session(name, () => Promise.resolve())).rejects.toMatchObject({
      code: "unreachable",
    });
});
