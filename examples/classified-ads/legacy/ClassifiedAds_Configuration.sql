-- The module Configuration: settings and translations. The application connects as classifiedads_user.
SET ROLE classifiedads_user;
SET search_path = public;

CREATE TABLE "ConfigurationEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "Key" text,
  "Value" text,
  "Description" text,
  "IsSensitive" boolean NOT NULL,
  "CreatedDateTime" timestamp with time zone NOT NULL,
  CONSTRAINT "PK_ConfigurationEntries" PRIMARY KEY ("Id")
);
CREATE UNIQUE INDEX "IX_ConfigurationEntries_Key" ON "ConfigurationEntries" (lower("Key"));
CREATE TABLE "LocalizationEntries" (
  "Id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "Name" text,
  "Value" text,
  "Culture" text,
  "Description" text,
  CONSTRAINT "PK_LocalizationEntries" PRIMARY KEY ("Id")
);
CREATE TABLE "__EFMigrationsHistory" (
  "MigrationId" character varying(150) NOT NULL,
  "ProductVersion" character varying(32) NOT NULL,
  CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

CREATE FUNCTION "Translate"(name text, culture text DEFAULT 'en') RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT "Value" FROM "LocalizationEntries" AS l WHERE l."Name" = name AND l."Culture" = culture $$;
