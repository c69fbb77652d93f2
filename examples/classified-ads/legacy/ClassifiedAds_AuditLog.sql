-- The module AuditLog: who did what, from all modules' events. The application connects as classifiedads_user.
SET ROLE classifiedads_user;
SET search_path = public;

CREATE TABLE "AuditLogEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "UserId" uuid NOT NULL,
  "Action" text,
  "ObjectId" text,
  "Log" text,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  CONSTRAINT "PK_AuditLogEntries" PRIMARY KEY ("Id", "CreatedDateTime")
) PARTITION BY RANGE ("CreatedDateTime");
CREATE TABLE "AuditLogEntries_2023" PARTITION OF "AuditLogEntries" FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00+00');
CREATE TABLE "AuditLogEntries_2024" PARTITION OF "AuditLogEntries" FOR VALUES FROM ('2024-01-01 00:00+00') TO (MAXVALUE);
CREATE INDEX "IX_AuditLogEntries_UserId" ON "AuditLogEntries" ("UserId", "CreatedDateTime" DESC);
CREATE TABLE "IdempotentRequests" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "RequestType" text NOT NULL,
  "RequestId" text NOT NULL,
  CONSTRAINT "PK_IdempotentRequests" PRIMARY KEY ("Id"),
  CONSTRAINT "AK_IdempotentRequests" UNIQUE ("RequestType", "RequestId")
);
CREATE TABLE "__EFMigrationsHistory" (
  "MigrationId" character varying(150) NOT NULL,
  "ProductVersion" character varying(32) NOT NULL,
  CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);
