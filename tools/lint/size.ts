/**
 * `house/function-length` and `house/file-length`: what fits on a screen can be understood.
 *
 * @module
 */

import { isWithin, projectPath } from "./project_path.ts";

/** Most lines a function may have. */
const MAX_FUNCTION_LINES = 50;

/** Most positional parameters a function may have; beyond that it takes one options object. */
const MAX_PARAMETERS = 3;

/** Most lines a file may have. */
const MAX_FILE_LINES = 300;

/** Whose files may be longer: they are lists of cases. */
const LONG_FILES: readonly string[] = ["tests", "bench"];

const FUNCTIONS = [
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "TSDeclareFunction",
  "TSEmptyBodyFunctionExpression",
  "TSMethodSignature",
  "TSCallSignatureDeclaration",
  "TSConstructSignatureDeclaration",
  "TSFunctionType",
  "TSConstructorType",
].join(", ");

/** `house/function-length`: at most 50 lines and 3 positional parameters, arrow functions and types included. */
export const functionLength: Deno.lint.Rule = {
  create(context) {
    return {
      [FUNCTIONS](node: FunctionNode) {
        const lines = lineCount(context.sourceCode.text.slice(...node.range));
        if (lines > MAX_FUNCTION_LINES) {
          const message = `A function of ${lines} lines; the limit is ${MAX_FUNCTION_LINES}`;
          context.report({ node, message, hint: "Give a part of it a name of its own." });
        }
        const count = node.params.filter(isPositional).length;
        if (count > MAX_PARAMETERS) {
          const message = `${count} positional parameters; the limit is ${MAX_PARAMETERS}`;
          context.report({ node, message, hint: "Take one options object instead." });
        }
      },
    };
  },
};

/** `house/file-length`: at most 300 lines; `tests` and `bench` are exempt. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    const file = projectPath(context.filename);
    if (file === undefined || LONG_FILES.some((place) => isWithin(file, place))) return {};
    return {
      Program(node) {
        const lines = lineCount(context.sourceCode.text.trimEnd());
        if (lines <= MAX_FILE_LINES) return;
        const message = `A file of ${lines} lines; the limit is ${MAX_FILE_LINES}`;
        context.report({ node, message, hint: "Split it by responsibility." });
      },
    };
  },
};

type FunctionNode = Deno.lint.Node & { readonly params: readonly Deno.lint.Parameter[] };

/** A `this` parameter only types the receiver. */
function isPositional(parameter: Deno.lint.Parameter): boolean {
  return parameter.type !== "Identifier" || parameter.name !== "this";
}

function lineCount(text: string): number {
  return text.split("\n").length;
}
