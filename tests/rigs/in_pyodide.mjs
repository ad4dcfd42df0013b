// A Python program in Pyodide, without a browser: node in_pyodide.mjs FOLDER '{"mounts", "env", "code"}'.
// FOLDER has Pyodide's files. What is printed last is what the code gives, a text.

const [folder, told] = process.argv.slice(2);
const {mounts, env, code} = JSON.parse(told);
const {loadPyodide} = await import(`${folder}/pyodide.mjs`);
const python = await loadPyodide({indexURL: folder, env});
for (const [place, host] of Object.entries(mounts)) python.mountNodeFS(place, host);
try {
  console.log(python.runPython(code));
} catch (error) { // node would print the whole of Pyodide first
  console.error(error.message);
  process.exit(1);
}
