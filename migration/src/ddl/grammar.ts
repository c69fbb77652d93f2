import { loadModule } from "libpg-query";
import { compileOnce } from "../v8-flags";

let loaded: Promise<void> | undefined;

/** Loads PostgreSQL's grammar, which is compiled to WebAssembly; call before anything is parsed or scanned. */
export async function loadGrammar(): Promise<void> {
  loaded ??= load();
  await loaded;
}

async function load(): Promise<void> {
  compileOnce();
  await loadModule();
}
