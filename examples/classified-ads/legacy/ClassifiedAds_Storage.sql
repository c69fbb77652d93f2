-- The module Storage: uploaded files. The application connects as classifiedads_user.
SET ROLE classifiedads_user;
SET search_path = public;

CREATE TABLE "FileEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "Name" text,
  "Description" text,
  "Size" bigint NOT NULL,
  "UploadedTime" timestamp with time zone NOT NULL,
  "FileName" text,
  "FileLocation" text,
  "Encrypted" boolean NOT NULL DEFAULT false,
  "EncryptionKey" bytea,
  "Archived" boolean NOT NULL DEFAULT false,
  "Metadata" jsonb,
  "RowVersion" bytea,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  "UpdatedDateTime" timestamp with time zone,
  CONSTRAINT "PK_FileEntries" PRIMARY KEY ("Id"),
  CONSTRAINT "CK_FileEntries_Key" CHECK (NOT "Encrypted" OR "EncryptionKey" IS NOT NULL)
);
CREATE INDEX "IX_FileEntries_Metadata" ON "FileEntries" USING gin ("Metadata" jsonb_path_ops);
CREATE TABLE "DeletedFileEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "FileEntryId" uuid NOT NULL,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  CONSTRAINT "PK_DeletedFileEntries" PRIMARY KEY ("Id")
);

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

CREATE MATERIALIZED VIEW "Storage by month" AS
  SELECT date_trunc('month', "UploadedTime", 'UTC') AS "Month", count(*) AS "Files", sum("Size") AS "Bytes" FROM "FileEntries" GROUP BY 1;
CREATE UNIQUE INDEX "IX_Storage_Month" ON "Storage by month" ("Month");
