import { loadModule } from "libpg-query";
import { compileOnce } from "../v8-flags";

/** Loads PostgreSQL's grammar, which is compiled to WebAssembly; call before anything is parsed or scanned. */
export async function loadGrammar(): Promise<void> {
  compileOnce();
  await loadModule();
}
