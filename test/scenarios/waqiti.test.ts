import { describe } from "vitest";
import { goesTheWholeWay } from "./waqiti-journey";

describe("eight schemas of one database become instances, in waves: two of them", () => {
  goesTheWholeWay(["user", "payment"]);
});
