/** YAML in the console's colours: parts get class names, studio.css has their colours for both themes. */
import { HighlightStyle, syntaxHighlighting, tags, yamlLanguage } from "../../../vendor/codemirror/codemirror.js";

const style = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), class: "k" },
  { tag: tags.string, class: "s" },
  { tag: tags.comment, class: "c" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], class: "p" },
  { tag: [tags.labelName, tags.typeName, tags.attributeValue], class: "n" },
]);

export const colours = [yamlLanguage, syntaxHighlighting(style)];
