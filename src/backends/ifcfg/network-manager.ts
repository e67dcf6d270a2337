import { FactParseError } from '../../errors.ts';
import type { Fact } from '../../model/fact.ts';

/** NetworkManager, as far as ifcfg files must reckon with it. */
export interface NetworkManager {
  readonly runs: boolean;
  /** Names of the links that it has activated by a profile. Those that it only looks at are not among them. */
  readonly activated: readonly string[];
}

/**
 * NetworkManager writes a file for each link: `managed` and the UUID of the profile it was activated by. For a link that
 * others made it makes up a profile, which it marks as generated. The files outlive the daemon, which has a pid file.
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

/** Whether NetworkManager runs, and which links it has activated. It reads files and asks no daemon. */
export const networkManager: Fact<NetworkManager> = {
  name: 'ifcfg NetworkManager',
  script,
  parse,
  after: (value) => value,
  // What NetworkManager makes of links while they change is its own.
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
      throw new FactParseError(`a line about NetworkManager is unknown: ${JSON.stringify(line)}`);
    return [name];
  });
  return { runs: lines.includes('running'), activated };
}
