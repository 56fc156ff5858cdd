/** Writes docs/reference from the code: every configuration key, every command. With `--check` it only compares. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explainConfig } from '@vre/config';
import type { Command } from 'commander';
import { configurationSchema } from '../apps/vre/src/configuration/configuration.ts';
import { createProgram } from '../apps/vre/src/main.ts';

process.env['VRE_DATA'] = '~/.local/share/vre';
const root = join(import.meta.dirname, '..');
const notice = '<!-- Written by "npm run reference"; do not edit. -->\n';

const pages: Record<string, string> = {
  'docs/reference/configuration.md': configurationPage(),
  'docs/reference/commands.md': commandsPage(),
};

const stale = Object.entries(pages).filter(([file, text]) => {
  const path = join(root, file);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    process.stderr.write(`${stale.map(([file]) => relative('.', file)).join(', ')}\n`);
    process.exit(1);
  }
} else {
  mkdirSync(join(root, 'docs/reference'), { recursive: true });
  for (const [file, text] of stale) writeFileSync(join(root, file), text);
}

function configurationPage(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
  const rows = explainConfig(configurationSchema).map(
    ({ path, description, fallback }) =>
      `| \`${path}\` | ${fallback === undefined ? '' : `\`${cell(fallback)}\``} | ${cell(description)} |`,
  );
  return `${notice}# Configuration

Keys of \`vre.yaml\`. A variable overrides the file: \`VRE_\` + path in capitals, levels joined by \`__\`, \`-\` as \`_\`
(\`listen.host\` is \`VRE_LISTEN__HOST\`). Durations take units (\`15 min\`), sizes too (\`2 GB\`). Unknown keys are errors.

| key | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function commandsPage(): string {
  const sections: string[] = [];
  const walk = (command: Command, path: string) => {
    const help = command.createHelp();
    const name = `${path}${command.name()}`;
    if (command.commands.length === 0) {
      const options = help
        .visibleOptions(command)
        .map(
          (option) =>
            `| \`${option.flags}\` | ${option.description.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`,
        );
      const words = help
        .visibleArguments(command)
        .map(
          (argument) =>
            `${argument.required ? '<' : '['}${argument.name()}${argument.variadic ? '...' : ''}${argument.required ? '>' : ']'}`,
        );
      sections.push(
        `## ${name}\n\n\`${[name, ...words].join(' ')}\`: ${command.description().replaceAll('<', '&lt;')}\n\n| option | meaning |\n| --- | --- |\n${options.join('\n')}\n`,
      );
    }
    for (const child of command.commands) walk(child, `${name} `);
  };
  walk(createProgram(), '');
  return `${notice}# Commands\n\nExit code 0: done; 1: failed, with one sentence on standard error; 2: it works, but something is wrong.\n\n${sections.join('\n')}`;
}
