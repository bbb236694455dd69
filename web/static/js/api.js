/** The REST API, as the learner whose token the page carries. */

const ROOT = "/koto-api";
export const token = document.querySelector('meta[name="koto-token"]').content;

/** An error body of the API: `code` is stable, `message` is a sentence. */
export class ApiError extends Error {
  constructor(status, { code = "no_answer", message = "The server did not answer." } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError(0);
  }
  const value = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, value.error);
  return value;
}

/** Address of a session's socket on the host of this page. */
export function socketUrl(sessionId) {
  const url = new URL(`/koto/ws/session/${encodeURIComponent(sessionId)}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
