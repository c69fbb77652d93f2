-- The module Product: what is for sale. The application connects as classifiedads_user.
SET ROLE classifiedads_user;
SET search_path = public;

CREATE EXTENSION pg_trgm;
CREATE SEQUENCE "ProductCodes" START WITH 100001 INCREMENT BY 7;

CREATE TABLE "Products" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "Code" text DEFAULT 'P' || nextval('"ProductCodes"'),
  "Name" text,
  "Description" text,
  "Price" numeric(18, 2),
  "Search" tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce("Name", '') || ' ' || coalesce("Description", ''))) STORED,
  "RowVersion" bytea,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  "UpdatedDateTime" timestamp with time zone,
  CONSTRAINT "PK_Products" PRIMARY KEY ("Id"),
  CONSTRAINT "CK_Products_Price" CHECK ("Price" IS NULL OR "Price" >= 0)
);
CREATE UNIQUE INDEX "IX_Products_Code" ON "Products" ("Code");
CREATE INDEX "IX_Products_Name" ON "Products" USING gin ("Name" gin_trgm_ops);
CREATE INDEX "IX_Products_Search" ON "Products" USING gin ("Search");

CREATE TABLE "AuditLogEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "UserId" uuid NOT NULL,
  "Action" text,
  "ObjectId" text,
  "Log" text,
  "RowVersion" bytea,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  "UpdatedDateTime" timestamp with time zone,
  CONSTRAINT "PK_AuditLogEntries" PRIMARY KEY ("Id")
);
CREATE INDEX "IX_AuditLogEntries_ObjectId" ON "AuditLogEntries" ("ObjectId") INCLUDE ("Action");

CREATE TABLE "OutboxMessages" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "EventType" text,
  "TriggeredById" uuid NOT NULL,
  "ObjectId" text,
  "Payload" jsonb,
  "Published" boolean NOT NULL,
  "ActivityId" text,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  "UpdatedDateTime" timestamp with time zone,
  CONSTRAINT "PK_OutboxMessages" PRIMARY KEY ("Id")
);
CREATE INDEX "IX_OutboxMessages_CreatedDateTime" ON "OutboxMessages" ("CreatedDateTime");
CREATE INDEX "IX_OutboxMessages_Published_CreatedDateTime" ON "OutboxMessages" ("Published", "CreatedDateTime") WHERE NOT "Published";

CREATE TABLE "ArchivedOutboxMessages" (LIKE "OutboxMessages" INCLUDING DEFAULTS);
ALTER TABLE "ArchivedOutboxMessages" ADD CONSTRAINT "PK_ArchivedOutboxMessages" PRIMARY KEY ("Id");
CREATE INDEX "IX_ArchivedOutboxMessages_CreatedDateTime" ON "ArchivedOutboxMessages" USING brin ("CreatedDateTime");

CREATE TABLE "__EFMigrationsHistory" (
  "MigrationId" character varying(150) NOT NULL,
  "ProductVersion" character varying(32) NOT NULL,
  CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

CREATE FUNCTION "NextRowVersion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."RowVersion" := sha256(convert_to(clock_timestamp()::text, 'UTF8'));
  RETURN NEW;
END $$;
CREATE TRIGGER "Products_RowVersion" BEFORE UPDATE ON "Products" FOR EACH ROW EXECUTE FUNCTION "NextRowVersion"();

CREATE VIEW "Expensive Products" AS SELECT "Id", "Code", "Name" FROM "Products" WHERE "Price" > 1000;
CREATE FUNCTION "FindProducts"(words text) RETURNS SETOF "Products" LANGUAGE sql STABLE AS
  $$ SELECT * FROM "Products" WHERE "Search" @@ plainto_tsquery('simple', words) $$;
