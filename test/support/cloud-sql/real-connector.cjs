// Google's own connector, asking an Admin API of the test's and logged in as nobody in particular.
const { Connector: Google } = require("@google-cloud/cloud-sql-connector");
const { OAuth2Client } = require("google-auth-library");

const auth = new OAuth2Client();
auth.setCredentials({ access_token: "a-token", expiry_date: Date.now() + 3_600_000 });

exports.Connector = class Connector extends Google {
  constructor() {
    super({ auth, sqlAdminAPIEndpoint: process.env.REHOME_TEST_ADMIN_API });
  }
};
