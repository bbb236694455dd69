/** The learner's microphone: permission, choice of device, level, and one recording at a time. */

const FORMS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const DEVICE = "koto-microphone";

/** Why there is no recording: `denied`, `none` (no device), `insecure`, `unsupported`, `failed`. */
export class NoMicrophone extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export class Microphone {
  #stream = null;
  #recorder = null;
  #pieces = [];
  #context = null;
  #analyser = null;
  #samples = null;

  get recording() {
    return this.#recorder !== null;
  }

  /** Loudness now, 0 to 1, on a scale of decibels that fits speech. */
  get level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 45));
  }

  /** Begins to record; asks for permission the first time. Raises NoMicrophone. */
  async begin() {
    if (!window.isSecureContext) throw new NoMicrophone("insecure");
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) throw new NoMicrophone("unsupported");
    this.#stream = await open(localStorage.getItem(DEVICE));
    this.#watch();
    const mimeType = FORMS.find((form) => MediaRecorder.isTypeSupported(form));
    const recorder = new MediaRecorder(this.#stream, mimeType ? { mimeType } : {});
    this.#pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => this.#pieces.push(data));
    recorder.start();
    this.#recorder = recorder;
  }

  /** Ends the recording; resolves to its file. */
  async end() {
    const recorder = this.#recorder;
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    recorder.stop();
    await stopped;
    const file = new Blob(this.#pieces, { type: recorder.mimeType });
    this.#close();
    return file;
  }

  /** Ends the recording and forgets it. */
  cancel() {
    this.#recorder?.stop();
    this.#close();
  }

  /** Devices to choose from; their names are known once one was allowed. */
  async devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    const chosen = localStorage.getItem(DEVICE);
    return all
      .filter(({ kind }) => kind === "audioinput")
      .map(({ deviceId, label }) => ({ id: deviceId, label, chosen: deviceId === chosen }));
  }

  choose(id) {
    if (id) localStorage.setItem(DEVICE, id);
    else localStorage.removeItem(DEVICE);
  }

  #watch() {
    this.#context ??= new AudioContext();
    this.#context.resume();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser);
  }

  #close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#analyser?.disconnect();
    [this.#stream, this.#recorder, this.#analyser, this.#pieces] = [null, null, null, []];
  }
}

async function open(device) {
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { ...wanted, deviceId: { exact: device } } : wanted });
  } catch (error) {
    if (device && error.name === "OverconstrainedError") return open(null); // the chosen one was unplugged
    const why = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none" }[error.name] ?? "failed";
    throw new NoMicrophone(why);
  }
}
