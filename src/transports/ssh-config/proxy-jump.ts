import { splitShellWords } from '../../model/shell-words.ts';

/** The last hop before a host, and how to get there. */
export interface Jump {
  readonly destination: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Further arguments for ssh: the hops before this one, and the options of a ProxyCommand. */
  readonly words: readonly string[];
}

/** The last hop of `a,admin@b:2222`, reached over the ones before. Undefined for a text that is no list of hops. */
export function parseProxyJump(text: string): Jump | undefined {
  const hops = text.split(',');
  const last = parseHop(hops.pop() ?? '');
  if (last === undefined) return undefined;
  return { ...last, words: hops.length === 0 ? [] : ['-J', hops.join(',')] };
}

/** `ssh [options] -W %h:%p [user@]bastion` is a hop as ProxyJump has them. Undefined for every other command. */
export function parseProxyCommand(command: string): Jump | undefined {
  // A command that only a shell understands stays a command.
  if (/[|&;<>()$`\n]/.test(command)) return undefined;
  const words = wordsOf(command);
  const [program = '', ...rest] = words[0] === 'exec' ? words.slice(1) : words;
  if (!/^(\/\S*\/)?ssh$/.test(program)) return undefined;

  const kept: string[] = [];
  const positional: string[] = [];
  let target: string | undefined;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    if (!word.startsWith('-')) {
      positional.push(word);
      continue;
    }
    const [, before = '', option, attached = ''] =
      /^-([^BbcDEeFIiJLlmOopQRSWw]*)(?:([BbcDEeFIiJLlmOopQRSWw])(.*))?$/s.exec(word) ?? [];
    if (!/^[46AaCGgKkNnqTtvXxYy]*$/.test(before)) return undefined;
    if (option === undefined || option === '') continue;
    const value = attached === '' ? rest[++i] : attached;
    if (value === undefined) return undefined;
    if (option === 'W') target = value;
    else kept.push(`-${option}`, value);
  }
  const [destination] = positional;
  if (destination === undefined || positional.length !== 1) return undefined;
  if (target !== '%h:%p' && target !== '[%h]:%p') return undefined;
  const hop = parseHop(destination);
  if (hop === undefined || (hop.port !== undefined && !destination.startsWith('ssh://'))) return undefined;
  return { ...hop, words: kept };
}

/** `host`, `user@host`, `user@host:port`, `ssh://user@[::1]:port` */
function parseHop(text: string): Omit<Jump, 'words'> | undefined {
  const found = /^(?:ssh:\/\/)?(?:(.+)@)?(\[[^\]]+\]|[^:@\s]+)(?::(\d+))?\/?$/.exec(text.trim());
  if (found === null) return undefined;
  const [, user, host = '', port] = found;
  return {
    destination: host.replace(/^\[(.*)\]$/, '$1'),
    user,
    ...(port !== undefined && { port: Number(port) }),
  };
}

/** Nothing when a quote is not closed. */
function wordsOf(command: string): readonly string[] {
  try {
    return splitShellWords(command);
  } catch {
    return [];
  }
}
