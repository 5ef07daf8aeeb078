import { XMLParser } from "fast-xml-parser";
import type {
  ApiEnum,
  ApiEnumMember,
  ApiFunction,
  ApiMacro,
  ApiStruct,
  ApiVariable,
  LibraryModel,
} from "../api-model.js";
import { evaluateNumber, flagEnums, parameterTypes } from "./api-facts.js";

/** An element: attributes are strings, children are lists. */
interface Element {
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly [child: string]: readonly Element[] | Readonly<Record<string, string>> | undefined;
}

const LISTS: ReadonlySet<string> = new Set(
  "acls api arg check enum field file filter function functype info macro return struct symbols typedef union".split(
    " ",
  ),
);

/** The error of an API XML file that is not what libvirt's own tool writes. */
export class ApiXmlError extends Error {
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.name = "ApiXmlError";
  }
}

export interface ApiSource {
  readonly file: string;
  readonly text: string;
}

/** Reads API XML files, whose enums may refer to each other. Facts only: no sentence of theirs gets through. */
export function readApi(sources: readonly ApiSource[]): readonly LibraryModel[] {
  const libraries = sources.map((source) => new LibraryReader(source));
  const values = new Map<string, string>();
  for (const library of libraries) {
    for (const { name, value } of library.rawValues()) values.set(name, value);
  }
  return libraries.map((library) => library.read(values));
}

class LibraryReader {
  private readonly file: string;
  private readonly name: string;
  private readonly symbols: Element;

  constructor({ file, text }: ApiSource) {
    this.file = file;
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: "",
      attributesGroupName: "attributes",
      parseTagValue: false,
      parseAttributeValue: false,
      textNodeName: "text",
      alwaysCreateTextNode: true,
      isArray: (name) => LISTS.has(name),
    });
    const document = parser.parse(text) as Element;
    const api = this.children(document, "api")[0];
    const symbols = api === undefined ? undefined : this.children(api, "symbols")[0];
    if (api === undefined || symbols === undefined) throw this.fail("expected <api> with <symbols> inside");
    this.name = this.attribute(api, "name");
    this.symbols = symbols;
  }

  private fail(message: string): ApiXmlError {
    return new ApiXmlError(this.file, message);
  }

  private children(element: Element, name: string): readonly Element[] {
    const list = element[name];
    return Array.isArray(list) ? list : [];
  }

  private optional(element: Element, name: string): string | undefined {
    return element.attributes?.[name];
  }

  private attribute(element: Element, name: string): string {
    const value = this.optional(element, name);
    if (value === undefined) {
      const owner = this.optional(element, "name");
      throw this.fail(`expected the attribute '${name}'${owner === undefined ? "" : ` at '${owner}'`}`);
    }
    return value;
  }

  /** The text of `<info>`, which is read for the facts in it and never kept. */
  private info(element: Element): string {
    const info = this.children(element, "info")[0]?.text as unknown;
    return typeof info === "string" ? info : "";
  }

  /** Values of enum members and numeric macros as they stand. */
  rawValues(): readonly { name: string; value: string }[] {
    const members = this.children(this.symbols, "enum").map((element) => ({
      name: this.attribute(element, "name"),
      value: this.attribute(element, "value"),
    }));
    const macros = this.children(this.symbols, "macro").flatMap((element) => {
      const value = this.optional(element, "raw");
      return value === undefined ? [] : [{ name: this.attribute(element, "name"), value }];
    });
    return [...members, ...macros];
  }

  read(values: ReadonlyMap<string, string>): LibraryModel {
    return {
      name: this.name,
      source: this.file,
      enums: this.enums(values),
      macros: this.children(this.symbols, "macro").flatMap((element) => this.macro(element, values)),
      functions: this.children(this.symbols, "function").map((element) => this.function(element)),
      structs: this.children(this.symbols, "struct").map((element) => this.struct(element)),
      typedefs: this.children(this.symbols, "typedef").map((element) => ({
        ...this.place(element),
        type: this.attribute(element, "type"),
      })),
      functypes: this.children(this.symbols, "functype").map((element) => ({
        ...this.place(element),
        returns: this.returns(element),
        args: this.variables(element, "arg"),
      })),
    };
  }

  private place(element: Element): { name: string; file: string } {
    return { name: this.attribute(element, "name"), file: this.attribute(element, "file") };
  }

  private since(element: Element): { since?: string } {
    const since = this.optional(element, "version");
    return since === undefined ? {} : { since };
  }

  private enums(values: ReadonlyMap<string, string>): readonly ApiEnum[] {
    const byType = new Map<string, { file: string; members: ApiEnumMember[] }>();
    for (const element of this.children(this.symbols, "enum")) {
      const type = this.attribute(element, "type");
      const { name, file } = this.place(element);
      const found = byType.get(type) ?? { file, members: [] };
      byType.set(type, found);
      const raw = this.attribute(element, "value");
      const bit = this.optional(element, "value_bitshift");
      found.members.push({
        name,
        value: Number(this.number(name, raw, values)),
        ...(bit === undefined ? {} : { bit: Number(bit) }),
        ...(/^[A-Z]\w*$/.test(raw) ? { from: raw } : {}),
        ...this.since(element),
      });
    }
    return [...byType].map(([name, { file, members }]) => ({ name, file, members }));
  }

  private number(name: string, text: string, values: ReadonlyMap<string, string>): string {
    const number = evaluateNumber(text, values);
    if (number === undefined) throw this.fail(`the value of '${name}' is no number: '${text}'`);
    return number;
  }

  /** Macros with parameters, and those that stand for C code, are of no use outside of C. */
  private macro(element: Element, values: ReadonlyMap<string, string>): readonly ApiMacro[] {
    const place = this.place(element);
    const string = this.optional(element, "string");
    if (string !== undefined) {
      // What ends in a dot is only the beginning of a name; the type that is mentioned is that of a number in it.
      const types = string.endsWith(".") ? [] : parameterTypes(this.info(element));
      return [
        {
          ...place,
          string,
          ...(types.length === 0 ? {} : { parameterTypes: types }),
          ...this.since(element),
        },
      ];
    }
    const raw = this.optional(element, "raw") ?? "";
    const number = evaluateNumber(raw, values);
    if (number === undefined || this.optional(element, "params") !== undefined) return [];
    return [{ ...place, number, ...(/^[A-Z]\w*$/.test(raw) ? { from: raw } : {}), ...this.since(element) }];
  }

  private function(element: Element): ApiFunction {
    const acls = this.children(element, "acls");
    const rules = (name: string): readonly string[] =>
      acls.flatMap((acl) => this.children(acl, name)).map((rule) => this.rule(rule));
    const acl = rules("check");
    const aclFilter = rules("filter");
    return {
      ...this.place(element),
      ...this.since(element),
      returns: this.returns(element),
      args: this.variables(element, "arg"),
      ...(acl.length === 0 ? {} : { acl }),
      ...(aclFilter.length === 0 ? {} : { aclFilter }),
    };
  }

  private rule(element: Element): string {
    const flags = this.optional(element, "flags");
    const rule = `${this.attribute(element, "object")}:${this.attribute(element, "perm")}`;
    return flags === undefined ? rule : `${rule}:${flags}`;
  }

  private returns(element: Element): string {
    const [result] = this.children(element, "return");
    return result === undefined ? "void" : this.attribute(result, "type");
  }

  private variables(element: Element, kind: "arg" | "field"): readonly ApiVariable[] {
    return this.children(element, kind).map((variable) => {
      const name = this.attribute(variable, "name");
      const type = this.attribute(variable, "type");
      // In C all flags are `unsigned int`; only the text says of which enum they are.
      const enums = name === "flags" ? flagEnums(this.optional(variable, "info") ?? "") : [];
      return enums.length === 0 ? { name, type } : { name, type, enums };
    });
  }

  /** A struct without fields is one whose inside is nobody's business. */
  private struct(element: Element): ApiStruct {
    const fields = this.variables(element, "field");
    return { ...this.place(element), ...(fields.length === 0 ? {} : { fields }) };
  }
}
