import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What virt-xml-validate says against documents of a kind such as "domain"; nothing for valid ones. */
export async function schemaErrors(kind: string, documents: readonly string[]): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), "lvt-schema-"));
  try {
    const verdicts = documents.map(async (document, i) => {
      const file = join(dir, `${i}.xml`);
      await writeFile(file, document);
      return await verdict(file, kind);
    });
    return (await Promise.all(verdicts)).flatMap((error, i) =>
      error === undefined ? [] : [`${error}\n${documents[i]}`],
    );
  } finally {
    await rm(dir, { recursive: true });
  }
}

function verdict(file: string, kind: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("virt-xml-validate", [file, kind], (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${stdout}${stderr}`);
    });
  });
}
