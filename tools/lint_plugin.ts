/**
 * The house rules as a Deno lint plugin: one rule a name, one concern a file in `lint/`.
 *
 * @module
 */

import { ignoreReason, noSwallow } from "./lint/comments.ts";
import { layers, packages } from "./lint/layers.ts";
import { names } from "./lint/names.ts";
import { noAmbient } from "./lint/no_ambient.ts";
import { noDefaultExport, plainSyntax } from "./lint/plain_syntax.ts";
import { fileLength, functionLength } from "./lint/size.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "file-length": fileLength,
    "function-length": functionLength,
    "ignore-reason": ignoreReason,
    "layers": layers,
    "names": names,
    "no-ambient": noAmbient,
    "no-default-export": noDefaultExport,
    "no-swallow": noSwallow,
    "packages": packages,
    "plain-syntax": plainSyntax,
  },
};

export default plugin;
