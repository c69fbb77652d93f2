-- Keycloak's own database: on the same server, of no service, to be left alone.
SET ROLE keycloak_user;
SET search_path = public;

CREATE TABLE realm (
  id varchar(36) PRIMARY KEY,
  name varchar(255) UNIQUE,
  enabled boolean NOT NULL DEFAULT false,
  ssl_required varchar(255)
);
CREATE TABLE client (
  id varchar(36) PRIMARY KEY,
  client_id varchar(255),
  realm_id varchar(36) REFERENCES realm (id),
  secret varchar(255),
  UNIQUE (realm_id, client_id)
);
CREATE TABLE user_entity (
  id varchar(36) PRIMARY KEY,
  email varchar(255),
  username varchar(255),
  realm_id varchar(255),
  created_timestamp bigint
);
CREATE INDEX idx_user_email ON user_entity (email);
CREATE TABLE credential (
  id varchar(36) PRIMARY KEY,
  user_id varchar(36) REFERENCES user_entity (id),
  type varchar(255),
  secret_data text
);

RESET ROLE;
