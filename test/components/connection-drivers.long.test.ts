import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ConnectionFormats } from "@rehome/components";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { HOSTILE, hostileConnection, QUERY } from "./hostile-connection";

/** Drivers that are not required anywhere: what is on this machine is tried. */
const run = promisify(execFile);
const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0;

const PYTHON = works("python3", "-c", "import sqlalchemy, psycopg; assert sqlalchemy.__version__ >= '2'");
const JAR = "/usr/share/java/postgresql.jar"; // Debian: libpostgresql-jdbc-java
const JAVA = existsSync(JAR) && works("javac", "-version");
const PQ = "v1.12.0";
const offline = { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GONOSUMDB: "*", GOTOOLCHAIN: "local" };
const GO = spawnSync("go", ["mod", "download", `github.com/lib/pq@${PQ}`], { env: offline }).status === 0;

describe("a role, database and schema of hostile names are reached by", () => {
  let server: TestServer;
  let of: ConnectionFormats;
  let folder: string;
  const { user, database, schema } = HOSTILE;
  const here = [user, database, schema];
  const answer = (stdout: string): string[] => stdout.trimEnd().split("\t");

  beforeAll(async () => {
    server = await startServer();
    of = await hostileConnection(server);
    folder = await mkdtemp("/tmp/rehome-drivers-");
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await server.stop();
  });

  it.skipIf(!PYTHON)("SQLAlchemy with psycopg", async () => {
    const program = `
import os, sqlalchemy
with sqlalchemy.create_engine(os.environ["URL"]).connect() as connection:
    print("\\t".join(connection.execute(sqlalchemy.text(${JSON.stringify(QUERY)})).one()))
`;
    const env = { ...process.env, URL: of["sqlalchemy-url"], PYTHONIOENCODING: "utf-8" };
    expect(answer((await run("python3", ["-c", program], { env })).stdout)).toEqual(here);
  });

  it.skipIf(!JAVA)("pgjdbc, user and password beside the URL", async () => {
    await writeFile(
      join(folder, "Connect.java"),
      `import java.sql.*;
public class Connect {
  public static void main(String[] args) throws Exception {
    var env = System.getenv();
    try (var connection = DriverManager.getConnection(env.get("URL"), env.get("WHO"), env.get("SECRET"));
         var rows = connection.createStatement().executeQuery(${JSON.stringify(QUERY)})) {
      rows.next();
      System.out.println(rows.getString(1) + "\\t" + rows.getString(2) + "\\t" + rows.getString(3));
    }
  }
}
`,
    );
    const env = {
      ...process.env,
      ...{ URL: of["jdbc-url"], WHO: of.username, SECRET: of.password, LC_ALL: "C.UTF-8" },
    };
    const args = ["-Dfile.encoding=UTF-8", "-cp", JAR, join(folder, "Connect.java")];
    expect(answer((await run("java", args, { env })).stdout)).toEqual(here);
  });

  it.skipIf(!GO)("Go's lib/pq", async () => {
    await writeFile(join(folder, "go.mod"), `module connect\n\ngo 1.21\n\nrequire github.com/lib/pq ${PQ}\n`);
    await writeFile(
      join(folder, "main.go"),
      `package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "github.com/lib/pq"
)

func main() {
	db, err := sql.Open("postgres", os.Getenv("URL"))
	if err != nil {
		panic(err)
	}
	var a, b, c string
	if err := db.QueryRow(${JSON.stringify(QUERY)}).Scan(&a, &b, &c); err != nil {
		panic(err)
	}
	fmt.Printf("%s\\t%s\\t%s\\n", a, b, c)
}
`,
    );
    for (const form of ["go-url", "libpq"] as const) {
      const env = { ...offline, URL: of[form] };
      expect(answer((await run("go", ["run", "."], { cwd: folder, env })).stdout), form).toEqual(here);
    }
  });
});
