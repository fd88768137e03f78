// SPDX-License-Identifier: GPL-2.0-only
// npm run build: checks the types, bundles program (dist/cli.cjs), library (dist/index.js) and the thread that tools run
// in (dist/tool-worker.cjs), and keeps the code that V8 compiles for the program beside it, so that the start of `kdisk`
// does not parse a third of a megabyte each time.
import {spawn} from 'node:child_process';
import {copyFile, mkdir, readFile, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = new URL('../', import.meta.url);
process.chdir(fileURLToPath(root));

/**
 * Makes the modules of @oclif/core load each other when they are used, not when they are loaded: parsing a command
 * needs a tenth of them. They are compiled CommonJS, so an import is one line of a known form.
 */
const LAZY = `const __lazy = (load) => {
  let module;
  return new Proxy(function () {}, {
    get: (_, key) => (module ??= load())[key],
    apply: (_, self, args) => (module ??= load()).apply(self, args),
  });
};
`;
const lazyOclif = {
  name: 'lazy-oclif',
  setup({onLoad}) {
    onLoad({filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/}, async ({path}) => {
      const form = /^const (\w+) = (?:(__importDefault|__importStar)\()?require\((["'][^"']+["'])\)\)?;$/gm;
      let text = (await readFile(path, 'utf8')).replace(form, (_, name, wrap, specifier) => {
        const load = wrap ? `${wrap}(require(${specifier}))` : `require(${specifier})`;
        return `const ${name} = __lazy(() => ${load});`;
      });
      if (/lib[\\/]command\.js$/.test(path)) text = withoutStdoutListener(text);
      return {contents: LAZY + text, loader: 'js'};
    });
  },
};

/** It would open process.stdout at start (4 ms); our output does not go that way and knows EPIPE itself. */
function withoutStdoutListener(text) {
  const listener = /^process\.stdout\.on\('error', [\s\S]*?^\}\);$/m;
  if (!listener.test(text)) throw new Error('@oclif/core has changed: look at what command.js does at load');
  return text.replace(listener, '');
}

/** Makes each command a getter that loads it: a program that runs one of them does not start the twenty others. */
const lazyCommands = {
  name: 'lazy-commands',
  setup({onLoad}) {
    onLoad({filter: /[\\/]src[\\/]main\.ts$/}, async ({path}) => {
      const files = {};
      let text = (await readFile(path, 'utf8')).replace(/^import (\w+) from '(\.\/commands\/.*)';$/gm, (_, name, file) => {
        files[name] = file;
        return '';
      });
      text = text.replace(/^ {2}(\w+): (\w+),$/gm, (line, command, name) =>
        files[name] ? `  get ${command}() { return require('${files[name]}').default; },` : line,
      );
      if (!text.includes('get ls()'))
        throw new Error('src/main.ts has changed: look at how it names the commands');
      return {contents: text, loader: 'ts'};
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

const commonJs = {
  ...common,
  format: 'cjs',
  // CommonJS has no import.meta.url; src/package-root.ts takes a path as well.
  define: {'import.meta.url': '__filename', 'process.env.NODE_ENV': '"production"'},
};

function run(argv, stdout = 'inherit', stderr = 'inherit') {
  const child = spawn(process.execPath, argv, {stdio: ['ignore', stdout, stderr]});
  return new Promise((resolve) => child.once('exit', resolve));
}

async function typecheck() {
  const compiler = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  if ((await run([compiler, '-p', 'tsconfig.lib.json'])) !== 0) throw new Error('the types do not fit');
  // The addon's declarations are written by hand.
  await mkdir('dist/types/addon', {recursive: true});
  await copyFile('addon/index.d.ts', 'dist/types/addon/index.d.ts');
}

/** Some packages inside are CommonJS and require Node's own modules, for which an ES module has no function. */
const REQUIRE = `import {createRequire as __createRequire} from 'node:module';
const require = __createRequire(import.meta.url);`;

async function bundle() {
  await Promise.all([
    build({
      ...commonJs,
      entryPoints: ['src/main.ts'],
      outfile: 'dist/cli.cjs',
      plugins: [lazyOclif, lazyCommands],
    }),
    build({...commonJs, entryPoints: ['src/tools/worker.ts'], outfile: 'dist/tool-worker.cjs'}),
    build({...common, entryPoints: ['src/index.ts'], format: 'esm', outfile: 'dist/index.js', banner: {js: REQUIRE}}),
  ]);
}

/** Runs the program in a process of its own, which leaves behind what V8 compiled. */
async function compileAhead() {
  if ((await run(['scripts/code-cache.cjs'], 'ignore', 'ignore')) !== 0) throw new Error('no code cache was made');
}

await rm('dist', {recursive: true, force: true});
await mkdir('dist');
await Promise.all([typecheck(), bundle()]);
await compileAhead();
