/** What may be written in a file: the schema of its format, and the names that the server's catalogs and the scene hold. */
import { get } from "../../api.js";
import { Names } from "./names.js";
import { readYaml } from "./yaml.js";

const FORMATS = [
  [/^scenes\/[^/]+\/scene\.yaml$/, "scene/1"],
  [/^scenes\/[^/]+\/tests\.yaml$/, "scene-tests/1"],
  [/^langpacks\/[^/]+\/pack\.yaml$/, "langpack/1"],
  [/^langpacks\/[^/]+\/scenes\/[^/]+\.yaml$/, "langpack-scene/1"],
];

export class Vocabulary {
  #drafts;
  #told = null;
  /** File -> { text, part } as it was read last. */
  #read = new Map();

  constructor(drafts) {
    this.#drafts = drafts;
  }

  /** Asks the server, at the first time. */
  ask() {
    this.#told ??= get("/content/vocabulary").catch(() => ({ schemas: {}, names: {} }));
    return this.#told;
  }

  /** The JSON Schema of a file; null for a file of no known format. */
  async schemaOf(file) {
    const format = FORMATS.find(([pattern]) => pattern.test(file))?.[1];
    return (await this.ask()).schemas[format] ?? null;
  }

  /** What may be named in a file, as the texts stand now. */
  async namesIn(file, text) {
    const { names } = await this.ask();
    const scene = sceneOf(file);
    if (scene) await this.#drafts.open(scene).catch(() => {});
    return new Names(
      names,
      () => (scene ? this.#partOf(scene, this.#drafts.text(scene) ?? "") : null),
      () => this.#partOf(file, text),
    );
  }

  #partOf(file, text) {
    const kept = this.#read.get(file);
    if (kept?.text === text) return kept.part;
    const part = readYaml(text);
    this.#read.set(file, { text, part });
    return part;
  }
}

/** The scene that a file belongs to. */
function sceneOf(file) {
  const id = file.match(/^scenes\/([^/]+)\//)?.[1] ?? file.match(/\/scenes\/([^/]+)\.yaml$/)?.[1];
  return id ? `scenes/${id}/scene.yaml` : null;
}
