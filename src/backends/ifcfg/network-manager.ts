import { FactParseError } from '../../errors.ts';
import type { Fact } from '../../model/fact.ts';

/** The state of NetworkManager that ifcfg files depend on. */
export interface NetworkManager {
  readonly runs: boolean;
  /** Names of links that it activated by a profile. Links that it only observes are not among them. */
  readonly activated: readonly string[];
}

/**
 * NetworkManager writes a file for each link: `managed`, and the UUID of the activating profile. For a link of somebody else it makes up a profile and marks
 * it as generated. These files outlive the daemon, which has a pid file.
 */
const script = `
read -r pid 2>/dev/null </run/NetworkManager/NetworkManager.pid || pid=
if [ -n "$pid" ]; then
  read -r name 2>/dev/null <"/proc/$pid/comm" || name=
else
  name=
  if [ -d /run/NetworkManager ] && [ -d /run/systemd/system ]; then
    systemctl -q is-active NetworkManager 2>/dev/null && name=NetworkManager
  fi
fi
[ "$name" = NetworkManager ] || exit 0
echo running
for file in /run/NetworkManager/devices/*; do
  [ -f "$file" ] || continue
  managed= uuid=
  while IFS='=' read -r key value; do
    case $key in
      managed) managed=$value ;;
      connection-uuid) uuid=$value ;;
    esac
  done <"$file"
  case $managed in true|1) ;; *) continue ;; esac
  [ -n "$uuid" ] || continue
  for link in /sys/class/net/*; do
    read -r index 2>/dev/null <"$link/ifindex" || continue
    [ "$index" = "\${file##*/}" ] || continue
    generated=
    for profile in /run/NetworkManager/system-connections/*; do
      [ -f "$profile" ] || continue
      if grep -qs "^uuid=$uuid" "$profile" && grep -qs '^nm-generated=true' "$profile"; then generated=yes; fi
    done
    [ -n "$generated" ] || printf 'activated %s\\n' "\${link##*/}"
  done
done
`;

/** Tells whether NetworkManager runs, and the links it activated. The script reads files and asks no daemon. */
export const networkManager: Fact<NetworkManager> = {
  name: 'ifcfg NetworkManager',
  script,
  parse,
  after: (value) => value,
  // NetworkManager reacts to changes of links by itself; a rollback does not restore that.
  comparable: () => null,
  fake: ({ platform, managedLinks }) => ({
    runs: platform.networkServices.includes('NetworkManager'),
    activated: [...managedLinks],
  }),
};

function parse(output: string): NetworkManager {
  const lines = output.split('\n').filter((line) => line !== '');
  const activated = lines.flatMap((line) => {
    if (line === 'running') return [];
    const [, name] = /^activated (\S+)$/.exec(line) ?? [];
    if (name === undefined)
      throw new FactParseError(`cannot read a line about NetworkManager: ${JSON.stringify(line)}`);
    return [name];
  });
  return { runs: lines.includes('running'), activated };
}
