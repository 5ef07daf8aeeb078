import { describe, expect, it } from "@jest/globals";
import { evaluateNumber, parameterTypes } from "../../codegen/import/api-facts.js";
import { ApiXmlError, readApi } from "../../codegen/import/api-xml.js";

function api(symbols: string): string {
  return `<?xml version="1.0"?><api name="demo"><files><file name="x"/></files><symbols>${symbols}</symbols></api>`;
}

function library(symbols: string): ReturnType<typeof readApi>[number] | undefined {
  return readApi([{ file: "demo-api.xml", text: api(symbols) }])[0];
}

describe("readApi", () => {
  it("groups members by enum, in the order of the file, and resolves symbolic values across files", () => {
    const [first, second] = readApi([
      {
        file: "one.xml",
        text: api(`
          <enum name='VIR_B_ONE' file='h' value='VIR_A_TWO' type='virB' version='1.2.3' info='words &amp; words'/>
          <enum name='VIR_A_TWO' file='h' value='2' value_hex='0x2' value_bitshift='1' type='virA'/>
          <enum name='VIR_A_NEG' file='h' value='-1' type='virA'/>`),
      },
      { file: "two.xml", text: api("<enum name='VIR_C' file='i' value='VIR_B_ONE' type='virC'/>") },
    ]);
    expect(first?.enums).toEqual([
      {
        name: "virB",
        file: "h",
        members: [{ name: "VIR_B_ONE", value: 2, from: "VIR_A_TWO", since: "1.2.3" }],
      },
      {
        name: "virA",
        file: "h",
        members: [
          { name: "VIR_A_TWO", value: 2, bit: 1 },
          { name: "VIR_A_NEG", value: -1 },
        ],
      },
    ]);
    expect(second?.enums).toEqual([
      { name: "virC", file: "i", members: [{ name: "VIR_C", value: 2, from: "VIR_B_ONE" }] },
    ]);
  });

  it("keeps macros that are strings or numbers, and of their text only the type", () => {
    const macros = library(`
      <macro name='VIR_S' file='h' string='cpu_shares' version='0.9.7'><info><![CDATA[Some prose, as a ullong.]]></info></macro>
      <macro name='VIR_T' file='h' string='plain'><info><![CDATA[Some prose.]]></info></macro>
      <macro name='VIR_P' file='h' string='vcpu.'><info><![CDATA[Has a number formatted as an unsigned int.]]></info></macro>
      <macro name='VIR_N' file='h' raw='(36+1)'/>
      <macro name='VIR_M' file='h' raw='VIR_N'/>
      <macro name='VIR_F' file='h' params='a,b' raw='16'/>
      <macro name='VIR_C' file='h' raw='((x)-&gt;y)'/>`)?.macros;
    expect(macros).toEqual([
      { name: "VIR_S", file: "h", string: "cpu_shares", parameterTypes: ["ullong"], since: "0.9.7" },
      { name: "VIR_T", file: "h", string: "plain" },
      { name: "VIR_P", file: "h", string: "vcpu." },
      { name: "VIR_N", file: "h", number: "37" },
      { name: "VIR_M", file: "h", number: "37", from: "VIR_N" },
    ]);
  });

  it("reads functions, function types, structs and typedefs", () => {
    const found = library(`
      <typedef name='virAPtr' file='h' type='virA *'/>
      <struct name='virA' file='h' type='struct _virA'/>
      <struct name='virInfo' file='h' type='struct _virInfo'><field name='state' type='unsigned char' info='prose'/></struct>
      <function name='virAGet' file='h' module='h' version='0.0.1'>
        <info><![CDATA[Prose.]]></info>
        <return type='int' info='prose'/>
        <arg name='a' type='virAPtr' info='prose'/>
        <arg name='flags' type='unsigned int' info='prose'/>
        <acls><check object='domain' perm='read'/><check object='domain' perm='read_secure' flags='VIR_X'/></acls>
        <acls><filter object='domain' perm='getattr'/></acls>
      </function>
      <function name='virB' file='h'><return type='void'/></function>
      <functype name='virCallback' file='h'><return type='void'/><arg name='opaque' type='void *'/></functype>`);
    expect(found).toMatchObject({
      name: "demo",
      source: "demo-api.xml",
      typedefs: [{ name: "virAPtr", file: "h", type: "virA *" }],
      structs: [
        { name: "virA", file: "h" },
        { name: "virInfo", file: "h", fields: [{ name: "state", type: "unsigned char" }] },
      ],
      functions: [
        {
          name: "virAGet",
          file: "h",
          since: "0.0.1",
          returns: "int",
          args: [
            { name: "a", type: "virAPtr" },
            { name: "flags", type: "unsigned int" },
          ],
          acl: ["domain:read", "domain:read_secure:VIR_X"],
          aclFilter: ["domain:getattr"],
        },
        { name: "virB", file: "h", returns: "void", args: [] },
      ],
      functypes: [
        { name: "virCallback", file: "h", returns: "void", args: [{ name: "opaque", type: "void *" }] },
      ],
    });
    expect(JSON.stringify(found)).not.toMatch(/prose/i);
  });

  it.each([
    ["<nothing/>", "demo.xml: expected <api> with <symbols> inside"],
    [api("<enum name='A' file='h' type='virA'/>"), "demo.xml: expected the attribute 'value' at 'A'"],
    [api("<enum name='A' file='h' type='virA' value='B'/>"), "demo.xml: the value of 'A' is no number: 'B'"],
    [api("<function file='h'/>"), "demo.xml: expected the attribute 'name'"],
  ])("refuses %j", (text, message) => {
    expect(() => readApi([{ file: "demo.xml", text }])).toThrow(ApiXmlError);
    expect(() => readApi([{ file: "demo.xml", text }])).toThrow(message);
  });
});

describe("parameterTypes", () => {
  it.each([
    ["Something, as a ullong.", ["ullong"]],
    ["Something, as an unsigned long long.", ["ullong"]],
    ["Something as unsigned\nlong long", ["ullong"]],
    ["Something as long long", ["llong"]],
    ["Something, as VIR_TYPED_PARAM_STRING.", ["string"]],
    ["Something. As VIR_TYPED_PARAM_INT.", ["int"]],
    ["Type is VIR_TYPED_PARAM_INT.", ["int"]],
    ["The parameter has type int, in percent", ["int"]],
    ["with a type of ullong", ["ullong"]],
    ["as a boolean", ["boolean"]],
    ["as an int from some enum", ["int"]],
    ["as a double", ["double"]],
    ["as a string. The string is a list", ["string"]],
    ["Accepted types are VIR_TYPED_PARAM_UINT and VIR_TYPED_PARAM_ULLONG.", ["uint", "ullong"]],
    ["says nothing about integers", []],
    ["as integral a part as ever", []],
  ])("of %j", (info, types) => {
    expect(parameterTypes(info)).toEqual(types);
  });
});

describe("evaluateNumber", () => {
  it.each([
    ["16", "16"],
    ["(16)", "16"],
    ["-1", "-1"],
    ["0x10", "16"],
    ["(256 + 1)", "257"],
    ["12LL /* why */", "12n"],
    ["A", "5"],
    ["B", "5"],
    ["LOOP", undefined],
    ["UNKNOWN", undefined],
    ["f(1)", undefined],
    ["", undefined],
  ])("of %j", (text, value) => {
    const values = new Map([
      ["A", "5"],
      ["B", "(A)"],
      ["LOOP", "LOOP"],
    ]);
    expect(evaluateNumber(text, values)).toBe(value);
  });
});
