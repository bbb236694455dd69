/** The REST API, as the learner whose token the page carries. */

const ROOT = "/koto-api";
let token = document.querySelector('meta[name="koto-token"]').content;

/** An error body of the API: `code` is stable, `message` is a sentence. */
export class ApiError extends Error {
  constructor(status, { code = "no_answer", message = "The server did not answer.", details = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const patch = (path, body) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);
/** A change to something that stands at that revision; ApiError `changed_meanwhile` when it does not. */
export const revise = (path, body, revision) => ask("PATCH", path, body, { "If-Match": `"${revision}"` });

/** The same with all of it anew. */
export const replaceAt = (path, body, revision) => ask("PUT", path, body, { "If-Match": `"${revision}"` });

/** A sound that is made for the asking, and the address at which it stays. */
export async function sound(path, body) {
  const answer = await renewed(() => answerTo("POST", path, body));
  return { url: answer.headers.get("Content-Location"), size: (await answer.blob()).size };
}

/** A file of the API. */
export async function file(path) {
  return (await renewed(() => answerTo("GET", path))).blob();
}

/** Saves a file of the API under a name. */
export async function download(path, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await file(path));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The token as it is now: what a page opens a socket with. */
export const currentToken = () => token;

/** Another token, for the one of a page that has been open for long; null when this browser is signed out. */
export async function freshToken() {
  const answer = await fetch("/console/token", { method: "POST" }).catch(() => null);
  if (!answer?.ok) return null;
  ({ token } = await answer.json());
  return token;
}

const UPLOAD_TRIES = 3;

/**
 * Sends a form with a file. `progress` gets the share that is on its way, 0 to 1. A connection that breaks is tried
 * again under the same key, for which the server makes one recording however often it comes.
 */
export async function upload(path, form, progress = () => {}) {
  const key = crypto.randomUUID?.() ?? String(crypto.getRandomValues(new Uint32Array(4)));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(path, form, key, progress);
    } catch (error) {
      if (error.code === "token_expired" && attempt === 1 && (await freshToken())) continue;
      if (!(error instanceof ApiError) || error.status !== 0 || attempt === UPLOAD_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** attempt));
    }
  }
}

/** One try; by XMLHttpRequest, since fetch does not tell how much has gone out. */
function send(path, form, key, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", ROOT + path);
    request.responseType = "json";
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("error", () => reject(new ApiError(0)));
    request.addEventListener("load", () => {
      if (request.status < 400) resolve(request.response);
      else reject(new ApiError(request.status, request.response?.error));
    });
    request.send(form);
  });
}

async function ask(method, path, body, more = {}) {
  const answer = await renewed(() => answerTo(method, path, body, more));
  return answer.status === 204 ? null : answer.json().catch(() => ({}));
}

/** Asks; and once more with another token, where the one of the page is too old. */
async function renewed(once) {
  try {
    return await once();
  } catch (error) {
    if (error.code !== "token_expired" || !(await freshToken())) throw error;
    return once();
  }
}

/** The answer as it came; ApiError for a refusal. */
async function answerTo(method, path, body, more = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...more };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError(0);
  }
  if (!answer.ok) throw new ApiError(answer.status, (await answer.json().catch(() => ({}))).error);
  return answer;
}

/** Address of a session's socket on the host of this page. */
export function socketUrl(sessionId) {
  const url = new URL(`/koto/ws/session/${encodeURIComponent(sessionId)}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
