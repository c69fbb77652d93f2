import { placementName } from "../../naming";
import { blocker, some, warning, type Check } from "../finding";

/** Text that goes from one encoding into another. */
export const encodings: Check = ({ request, source, target }) => {
  if (target === undefined || source.text.encoding === target.text.encoding) return [];
  const [from, to] = [source.text.encoding, target.text.encoding];
  const found = [];
  if (source.text.unfit.length > 0) {
    found.push(
      blocker(
        "encoding-mismatch",
        `${placementName(request.from)} is kept in ${from}, the new home in ${to}, and text of these tables ${from === "SQL_ASCII" ? "is not UTF8" : `has no form in ${to}`}: ${some(source.text.unfit)}.`,
        from === "SQL_ASCII"
          ? `Correct these rows, or create the new database with ENCODING 'SQL_ASCII'.`
          : `Change these rows, or create the new database with ENCODING 'UTF8'.`,
      ),
    );
  }
  if (source.text.hashedByText.length > 0) {
    found.push(
      blocker(
        "encoding-partitions",
        `tables are partitioned by a hash of text, which ${to} spreads otherwise than ${from}: ${some(source.text.hashedByText)}.`,
        `Create the new database with ENCODING '${from}', or partition by another key.`,
      ),
    );
  }
  if (to === "SQL_ASCII") {
    found.push(
      warning(
        "encoding-unchecked",
        `the new home's database is in SQL_ASCII, which keeps bytes and knows no letters; it gets those of UTF8.`,
        `Create it with ENCODING '${from}' unless that is what you want.`,
      ),
    );
  }
  return found;
};
