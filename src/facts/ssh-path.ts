import type { Fact } from '../model/fact.ts';
import { linesOf } from './text.ts';

/** The route of the asking SSH session. */
export interface SshPath {
  /** Address of the client, as the host sees it. */
  readonly client: string;
  /** The link for answers to the client. A plan that touches it, or a link below it, may cut the session. */
  readonly link: string;
}

/** sudo drops the variable, but sudo's own process still has it in its environment. */
const script = `
connection=$SSH_CONNECTION
if [ -z "$connection" ] && [ -r "/proc/$PPID/environ" ]; then
  connection=$(tr '\\0' '\\n' <"/proc/$PPID/environ" | sed -n 's/^SSH_CONNECTION=//p')
fi
client=\${connection%% *}
[ -n "$client" ] || exit 0
echo "client $client"
case $client in
  *%*) echo "link \${client#*%}" ;;
  *) ip -o route get "$client" 2>/dev/null || : ;;
esac
`;

/** Undefined without an SSH session, or without a route to its client. */
export const sshPath: Fact<SshPath | undefined> = {
  name: 'sshPath',
  script,
  parse,
  after: (value) => value,
  // A rollback restores the routes, and this follows from them.
  comparable: () => null,
};

/** Parses `10.0.0.5 via 10.0.0.1 dev eth0 src 10.0.0.2 uid 0 \    cache`. For a link-local client the scope names the link. */
function parse(output: string): SshPath | undefined {
  const lines = linesOf(output);
  const client = lines.map((line) => /^client (\S+)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const link = lines
    .map((line) => (/^link (\S+)$/.exec(line) ?? /^[^ ].* dev (\S+)/.exec(line))?.[1])
    .find((found) => found !== undefined);
  return client === undefined || link === undefined
    ? undefined
    : { client: client.split('%', 1).join(''), link };
}
