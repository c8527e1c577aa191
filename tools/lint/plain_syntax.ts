/**
 * `house/no-default-export` and `house/plain-syntax`: one way to export, one way to hide.
 *
 * @module
 */

import { projectPath } from "./project_path.ts";

/** The one file whose default export is asked for by a tool: the linter. */
const DEFAULT_EXPORT_ALLOWED = "tools/lint_plugin.ts";

/** `house/no-default-export`: every export has the name its importers use. */
export const noDefaultExport: Deno.lint.Rule = {
  create(context) {
    if (projectPath(context.filename) === DEFAULT_EXPORT_ALLOWED) return {};
    const report = (node: Deno.lint.Node): void => {
      context.report({ node, message: "A default export has no name", hint: "Export it by name." });
    };
    return {
      ExportDefaultDeclaration: report,
      ExportSpecifier({ exported }) {
        const name = exported.type === "Identifier" ? exported.name : exported.value;
        if (name === "default") report(exported);
      },
    };
  },
};

/** `house/plain-syntax`: no enums, namespaces, parameter properties, `private` or `protected` members; a constructor has no other way to hide. */
export const plainSyntax: Deno.lint.Rule = {
  create(context) {
    const refuse = (node: Deno.lint.Node, what: string, hint: string): void => {
      context.report({ node, message: `${what} is TypeScript-only syntax`, hint });
    };
    const member = (node: Deno.lint.MethodDefinition | Deno.lint.PropertyDefinition): void => {
      const hidesConstructor = node.type === "MethodDefinition" && node.kind === "constructor";
      if (node.accessibility === undefined || hidesConstructor) return;
      refuse(node, `"${node.accessibility}"`, "Use a #private field.");
    };
    return {
      TSEnumDeclaration: (node) => refuse(node, "An enum", "Use a union of string literals."),
      TSModuleDeclaration(node) {
        const onlyDeclares = node.declare === true;
        if (!onlyDeclares) refuse(node, "A namespace", "A module is a namespace already.");
      },
      TSParameterProperty: (node) =>
        refuse(node, "A parameter property", "Declare the field and assign it."),
      MethodDefinition: member,
      PropertyDefinition: member,
    };
  },
};
