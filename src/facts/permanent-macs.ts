/**
 * Shell text that prints `permanent PORT MAC` for each port of the bond `$link`. Bonding gives its ports other MACs, and EL7's kernel shows the permanent
 * ones only here.
 */
export const tellPermanentMacs = `while IFS= read -r line; do
      case $line in
        'Slave Interface: '*) port=\${line#*: } ;;
        'Permanent HW addr: '*) printf 'permanent %s %s\\n' "$port" "\${line#*: }" ;;
      esac
    done <"/proc/net/bonding/$link"`;
