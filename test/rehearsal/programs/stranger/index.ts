import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

class Bucket extends pulumi.CustomResource {
  constructor(name: string) {
    super("cloud:storage/bucket:Bucket", name, { size: 1 });
  }
}

new random.RandomId("first", { byteLength: 4 });
new Bucket("bucket");
