// Compiles what the Conferidor's Python imports with that very Python: node compilar.mjs PYODIDE_FOLDER OUT.zip ZIP...
// Each module goes in as bytecode that is never checked against a source (there is none in the folder), so that a
// browser does not compile some hundred files each time the page is opened.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, out, ...archives] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: `${resolve(folder)}/`, fullStdLib: false });
archives.forEach((path, number) => {
  python.FS.writeFile(`/tmp/${number}.zip`, readFileSync(path));
});
python.globals.set("count", archives.length);
python.runPython(`
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

def compiled(name, data):
    try:
        code = compile(data, "/lib/" + name, "exec", dont_inherit=True)
    except SyntaxError:
        return name, data  # a sample of wrong code, as the tests of a library may have
    return name + "c", bytes(_code_to_hash_pyc(code, source_hash(data), checked=False))

with ZipFile("/tmp/out.zip", "w", ZIP_DEFLATED) as out:
    for number in range(count):
        with ZipFile(f"/tmp/{number}.zip") as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                name, data = info.filename, archive.read(info)
                if name.endswith(".py"):
                    name, data = compiled(name, data)
                out.writestr(ZipInfo(name), data, ZIP_DEFLATED)
`);
writeFileSync(out, python.FS.readFile("/tmp/out.zip"));
