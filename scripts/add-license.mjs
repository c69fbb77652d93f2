// A package carries its license with it. Run by `npm pack` in a workspace's folder; git ignores the copy.
import { URL } from "node:url";
import { copyFileSync } from "node:fs";

copyFileSync(new URL("../LICENSE", import.meta.url), "LICENSE");
