/** The browser's own speech recognition, where the server has none: it is the browser that hears, and the page says so. */

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const browserHears = Boolean(Recognition);

export class BrowserEars {
  #recognition = null;

  get listening() {
    return this.#recognition !== null;
  }

  /** Listens until `end`; resolves to the words, or to null when none were heard. */
  begin() {
    const recognition = new Recognition();
    recognition.lang = "ko-KR";
    recognition.interimResults = false;
    this.#recognition = recognition;
    return new Promise((resolve) => {
      let words = null;
      recognition.addEventListener("result", ({ results }) => (words = results[0][0].transcript));
      recognition.addEventListener("error", () => (words = null));
      recognition.addEventListener("end", () => {
        this.#recognition = null;
        resolve(words);
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
