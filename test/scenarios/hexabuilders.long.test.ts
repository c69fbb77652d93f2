import { describe } from "vitest";
import { goesTheWholeWay } from "./hexabuilders-journey";
import { NAMES } from "./hexabuilders-services";

describe("four services in one development server get an instance each", () => {
  goesTheWholeWay(NAMES);
});
