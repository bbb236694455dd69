/** The browser's own speech recognition, where the server has none: it is the browser that hears, and the page says so. */

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const browserHears = Boolean(Recognition);

/** What went wrong, by the names of the sentences that tell it; the browser's own word for a silence is "no-speech". */
const REASONS = {
  "no-speech": "unheard",
  "not-allowed": "denied",
  "audio-capture": "none",
  network: "unsupported",
  "service-not-allowed": "unsupported",
  "language-not-supported": "unsupported",
};

export class BrowserEars {
  #recognition = null;

  get listening() {
    return this.#recognition !== null;
  }

  /** Listens until `end`. Resolves to `{words}`, or to `{why}` when there are none; to neither after `cancel`. */
  begin() {
    const recognition = new Recognition();
    recognition.lang = "ko-KR";
    recognition.interimResults = false;
    this.#recognition = recognition;
    return new Promise((resolve) => {
      let words = null;
      let why = "unheard";
      recognition.addEventListener("result", ({ results }) => (words = results[0][0].transcript));
      recognition.addEventListener("error", ({ error }) => ([words, why] = [null, error === "aborted" ? null : (REASONS[error] ?? "failed")]));
      recognition.addEventListener("end", () => {
        this.#recognition = null;
        resolve({ words, why });
      });
      recognition.start();
    });
  }

  end() {
    this.#recognition?.stop();
  }

  cancel() {
    this.#recognition?.abort();
  }
}
