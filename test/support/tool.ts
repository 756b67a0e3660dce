import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { run } from '../local/command.ts';
import { announce, unavailable } from './servers.ts';

/** A program of the machine, not of this repository. */
export interface Tool {
  /** The word that REKEY_REQUIRE uses. */
  readonly engine: string;
  readonly name: string;
  /** With these it prints its version. */
  readonly parameters: readonly string[];
  /** Why this version will not do; undefined when it will. */
  readonly refuse?: (version: string) => string | undefined;
}

export interface FoundTool {
  /** An absolute path, whose links are not followed: a version manager may stand behind one and go by the name it is called by. */
  readonly program: string;
  readonly version: string;
}

/** What a tool is looked for and used with: PATH, and what a version manager or an interpreter needs to find the rest of it. */
export const toolEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value = '']) =>
    /^(HOME|PATH|(ASDF|MISE|PYENV|XDG)_\w+|PYTHON(HOME|PATH|USERBASE))$/.test(name) ? [[name, value]] : [],
  ),
);

/** The first program of the name in PATH that runs, in a version that will do; undefined, and said so, when there is none. */
export async function findTool(tool: Tool, env = toolEnvironment): Promise<FoundTool | undefined> {
  const reasons: string[] = [];
  for (const program of everyInPath(tool.name, env.PATH)) {
    const tried = await tryOut(program, tool, env);
    if ('version' in tried) {
      announce({ engine: tool.engine, server: program, version: tried.version });
      return { program, version: tried.version };
    }
    reasons.push(`${program} ${tried.reason}`);
  }
  unavailable({ engine: tool.engine, reason: reasons.join('; ') || `no ${tool.name} in PATH` });
  return undefined;
}

function everyInPath(name: string, path = ''): string[] {
  const all = path.split(delimiter).map((folder) => resolve(folder, name));
  return [...new Set(all)].filter(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** In a folder that says nothing about versions: version managers choose by the folder, too. */
async function tryOut(
  program: string,
  { parameters, refuse }: Tool,
  env: Readonly<Record<string, string>>,
): Promise<{ version: string } | { reason: string }> {
  try {
    const { status, stdout } = await run(program, parameters, env, { cwd: tmpdir() });
    if (status !== 0) return { reason: status === null ? 'does not run' : `ends with ${status}` };
    const version = stdout.trim().split(' ')[0] ?? '';
    const reason = refuse?.(version);
    return reason === undefined ? { version } : { reason };
  } catch {
    return { reason: 'does not answer' };
  }
}
