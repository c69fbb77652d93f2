import { describe } from "vitest";
import { goesTheWholeWay } from "./hexabuilders-journey";

describe("four services in one development server get an instance each: two of them", () => {
  goesTheWholeWay(["partner", "onboarding"]);
});
