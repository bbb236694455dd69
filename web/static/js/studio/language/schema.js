/** What a JSON Schema allows at a path: the schemas that may stand there, each with where it was declared. */

/**
 * Concrete schemas at a path. Each is { schema, owner }: `owner` names the model and property that declared it, such as
 * `RuleSource.go`, with `.*` for what stands under a key of one's own.
 */
export function schemasAt(root, path) {
  const start = concrete(root, { schema: root, owner: root.title ?? "" });
  return path.reduce((found, step) => found.flatMap((each) => stepInto(root, each, step)), start);
}

function stepInto(root, { schema, owner }, step) {
  if (typeof step === "number") return schema.items ? concrete(root, { schema: schema.items, owner }) : [];
  const declared = schema.properties?.[step];
  if (declared) return concrete(root, { schema: declared, owner: `${schema.title}.${step}` });
  const open = schema.additionalProperties || Object.values(schema.patternProperties ?? {})[0];
  return open && open !== true ? concrete(root, { schema: open, owner: `${ownKeysOf(schema, owner)}.*` }) : [];
}

/** Takes references and alternatives apart. */
function concrete(root, { schema, owner }) {
  if (schema.$ref) return concrete(root, { schema: root.$defs[schema.$ref.split("/").at(-1)], owner });
  if (schema.anyOf) return schema.anyOf.flatMap((each) => concrete(root, { schema: each, owner }));
  return schema.type === "null" ? [] : [{ schema, owner }];
}

/** The name under which keys of one's own are known: of the property, or of the model that allows them. */
export const ownKeysOf = (schema, owner) => (schema.properties ? schema.title : owner);

/** The declared keys of a map that may stand at a path: [{ key, schema, required, kinds }]. */
export function keysAt(root, path) {
  return schemasAt(root, path).flatMap(({ schema }) =>
    Object.entries(schema.properties ?? {}).map(([key, declared]) => ({
      key,
      schema: declared,
      required: schema.required?.includes(key) ?? false,
      kinds: concrete(root, { schema: declared, owner: "" }).map((each) => each.schema),
    })),
  );
}

/** The fixed values that may stand at a path. */
export function choicesAt(root, path) {
  return schemasAt(root, path).flatMap(({ schema }) => choicesOf(schema));
}

export const choicesOf = (schema) =>
  "const" in schema ? [schema.const] : (schema.enum ?? (schema.type === "boolean" ? [true, false] : []));

/** Where a path was declared, with what is said there: of a key, or of the model that it leads into. */
export function declaredAt(root, path) {
  const key = path.at(-1);
  for (const { schema } of schemasAt(root, path.slice(0, -1))) {
    const declared = schema.properties?.[key];
    if (declared) return { schema: declared, required: schema.required?.includes(key) ?? false, kinds: concrete(root, { schema: declared, owner: "" }).map((each) => each.schema) };
  }
  return null;
}

/** What kind of value is wanted, in a few words. */
export function kindOf(schemas) {
  const choices = schemas.flatMap(choicesOf);
  const lists = schemas.some(({ type }) => type === "array");
  const single = schemas.filter(({ type }) => type !== "array");
  const words = choices.length ? [`one of ${choices.join(", ")}`] : [...new Set(single.map(wordFor).filter(Boolean))];
  return [...words, lists ? "or a list" : ""].filter(Boolean).join(" ").replace(/^or a list$/, "a list");
}

function wordFor({ type, minimum, maximum, pattern }) {
  if (type === "object") return "keys below it";
  if (type === "string") return pattern ? "a name" : "text";
  if (type !== "integer" && type !== "number") return "";
  const range = minimum !== undefined && maximum !== undefined ? ` from ${minimum} to ${maximum}` : minimum !== undefined ? ` from ${minimum}` : "";
  return `${type === "integer" ? "a whole number" : "a number"}${range}`;
}
