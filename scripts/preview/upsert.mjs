/* global fetch, URL */
const HEADERS = { Accept: "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28" };
const PAGE = 100;

/** Speaks to GitHub's API. A failure names what was asked and the status, never the token. */
const ask = async ({ api, token }, path, method = "GET", body = undefined) => {
  const url = path.startsWith("http") ? path : `${api}${path}`;
  const response = await fetch(url, {
    method,
    headers: { ...HEADERS, Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  throw new Error(
    `GitHub answers ${response.status} to ${method} ${new URL(url).pathname}: the token needs the permission pull-requests: write.`,
  );
};

/** The next page, as GitHub names it. */
const nextPage = (response) => /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];

const findComment = async (github, repository, pull, mark) => {
  let page = `/repos/${repository}/issues/${pull}/comments?per_page=${PAGE}`;
  while (page !== undefined) {
    const response = await ask(github, page);
    const found = (await response.json()).find(({ body }) => (body ?? "").startsWith(mark));
    if (found !== undefined) return found;
    page = nextPage(response);
  }
  return undefined;
};

/**
 * Writes the comment of a pull request that begins with a mark: the one that is there is changed in place.
 * @returns its address, and whether it is new
 */
export const upsert = async ({ github, repository, pull, mark, body }) => {
  const found = await findComment(github, repository, pull, mark);
  const response =
    found === undefined
      ? await ask(github, `/repos/${repository}/issues/${pull}/comments`, "POST", { body })
      : await ask(github, `/repos/${repository}/issues/comments/${found.id}`, "PATCH", { body });
  const { html_url: url } = await response.json();
  return { url, created: found === undefined };
};
