INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "EmailConfirmed", "PasswordHash", "SecurityStamp", "LockoutEnd", "AccessFailedCount", "CreatedDateTime")
SELECT pg_temp.uid('user', i), 'User' || i, 'USER' || i, 'User' || i || '@Example.org', i % 4 > 0, encode(sha256(i::text::bytea), 'base64'), md5('stamp' || i),
       CASE WHEN i % 40 = 0 THEN 'infinity'::timestamptz END, i % 3, pg_temp.at('user', i)
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO "Roles" SELECT pg_temp.uid('role', i), name, upper(name), md5(name) FROM unnest(ARRAY['Administrator', 'Seller', 'Käufer', 'Support']) WITH ORDINALITY AS r (name, i);

INSERT INTO "UserRoles" SELECT pg_temp.uid('user role', i), pg_temp.uid('user', i), pg_temp.uid('role', 1 + pg_temp.n('role of', i, 4)) FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO "UserClaims" ("UserId", "Type", "Value")
SELECT pg_temp.uid('user', 1 + pg_temp.n('claim', i, pg_temp.rows(400))), 'http://schemas/' || pg_temp.pick('claim type', i, ARRAY['name', 'locale', 'birthdate']), pg_temp.person(i)
FROM generate_series(1, pg_temp.rows(800)) AS i;
INSERT INTO "RoleClaims" ("RoleId", "Type", "Value") SELECT pg_temp.uid('role', 1 + i % 4), 'Permission', 'products.' || i FROM generate_series(1, 60) AS i;
INSERT INTO "UserLogins" SELECT pg_temp.pick('provider', i, ARRAY['Google', 'Microsoft']), md5('key' || i), pg_temp.uid('user', i) FROM generate_series(1, pg_temp.rows(150)) AS i;
INSERT INTO "UserTokens" SELECT pg_temp.uid('token', i), pg_temp.uid('user', 1 + pg_temp.n('token', i, pg_temp.rows(400))), '[AspNetUserStore]', 'AuthenticatorKey', md5('token' || i) FROM generate_series(1, pg_temp.rows(200)) AS i;
INSERT INTO "PasswordHistories" ("UserId", "PasswordHash", "CreatedDateTime")
SELECT pg_temp.uid('user', 1 + pg_temp.n('history', i, pg_temp.rows(400))), md5('old' || i), pg_temp.at('history', i) FROM generate_series(1, pg_temp.rows(500)) AS i;
INSERT INTO "DataProtectionKeys" ("FriendlyName", "Xml") SELECT 'key-' || i, '<key id="' || i || '"><value>' || pg_temp.noise('key', i, 20) || '</value></key>' FROM generate_series(1, 5) AS i;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialIdentity', '8.0.2'),
  ('20240203091500_AddPasswordHistories', '8.0.3'),
  ('20240304091500_AddDataProtectionKeys', '8.0.4');

DELETE FROM "UserClaims" WHERE "Id" % 37 = 0;
