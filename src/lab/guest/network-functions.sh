# What the scripts beside this file share. They read ifcfg and route files as EL7's initscripts do: values are compared
# exactly (TYPE=Bridge, SLAVE=yes, VLAN=yes), for the lab is there to show what a lenient reader would hide.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
scripts=/etc/sysconfig/network-scripts

complain() {
    echo "ERROR     : [${0##*/}] $*"
}

# Backups of editors and rpm in the folder are not configuration.
is_ignored() {
    case $1 in
    *~ | *.bak | *.old | *.orig | *.rpmnew | *.rpmorig | *.rpmsave) return 0 ;;
    esac
    return 1
}

# Sets $file to the file that an argument of ifup means: a file name, the part after ifcfg-, or a DEVICE.
find_config() {
    for candidate in "ifcfg-$1" "${1##*/}"; do
        [ -f "$scripts/$candidate" ] && file=$candidate && return
    done
    for file in $(grep -l "^[[:space:]]*DEVICE=['\"]\{0,1\}$1['\"]\{0,1\}\([[:space:]#]\|\$\)" $scripts/ifcfg-* 2> /dev/null); do
        is_ignored "$file" && continue
        file=${file##*/}
        return
    done
    return 1
}

# Sources a file of the folder and derives the names that everything else uses.
read_config() {
    CONFIG=$1
    . "$scripts/$CONFIG"
    if [ -z "$DEVICE" ] && [ -n "$HWADDR" ]; then
        for link in /sys/class/net/*; do
            has_mac "${link##*/}" "$HWADDR" && DEVICE=${link##*/} && break
        done
    fi
    REALDEVICE=${DEVICE%%:*}
}

exists() {
    [ -n "$1" ] && [ -d "/sys/class/net/$1" ]
}

has_mac() {
    [ -n "$2" ] && grep -qixF -- "$2" "/sys/class/net/$1/address" 2> /dev/null
}

is_up() {
    read -r flags < "/sys/class/net/$1/flags"
    [ $((flags & 1)) = 1 ]
}

is_no() {
    case $1 in
    [nN][oO] | [nN] | [fF] | [fF][aA][lL][sS][eE] | 0) return 0 ;;
    esac
    return 1
}

# Makes the bond if it is not there, and sets its options as long as it has no ports. `primary` needs the port first.
prepare_bond() {
    grep -qw -- "$1" /sys/class/net/bonding_masters 2> /dev/null || {
        modprobe bonding || return 1
        echo "+$1" > /sys/class/net/bonding_masters || return 1
    }
    (
        bond=$1
        unset BONDING_OPTS
        find_config "$bond" || exit 0
        read_config "$file"
        settings=/sys/class/net/$bond/bonding
        read -r ports < "$settings/slaves"
        [ -z "$ports" ] || exit 0
        ip link set dev "$bond" down
        for wanted in 'mode|miimon' '*'; do
            for option in $BONDING_OPTS; do
                key=${option%%=*}
                case $wanted:$key in
                "mode|miimon:mode" | "mode|miimon:miimon") ;;
                "mode|miimon:"* | '*:mode' | '*:miimon' | '*:primary') continue ;;
                esac
                for value in $(bond_values "$key" "${option##*=}"); do
                    echo "$value" > "$settings/$key" || complain "Failed to set value '$value' [$key] to $bond bonding device"
                done
            done
        done
    )
}

bond_values() {
    if [ "$1" != arp_ip_target ]; then
        echo "$2"
        return
    fi
    for target in $(echo "$2" | tr ',' ' '); do
        echo "+${target#+}"
    done
}

make_bridge() {
    [ -d "/sys/class/net/$1/bridge" ] || ip link add name "$1" type bridge
}

join_bridge() {
    if [ -e "/sys/class/net/$2/master" ]; then
        complain "device $2 is already a member of a bridge or bond; can't add it to bridge $1."
        return 1
    fi
    ip link set dev "$2" master "$1"
}

# Dotted quad to number.
to_number() {
    echo "$1" | awk -F. '{ printf "%d\n", (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}

prefix_of() {
    echo "$1" | awk -F. '{ for (i = 1; i <= 4; i++) for (n = $i; n > 0; n = int(n / 2)) ones += n % 2; print ones + 0 }'
}

# Without a prefix and a netmask the class of the address decides, as in 1981.
class_prefix() {
    case ${1%%.*} in
    ? | ?? | 10? | 11? | 12[0-7]) echo 8 ;;
    12? | 1[3-8]? | 19[01]) echo 16 ;;
    *) echo 24 ;;
    esac
}

# in_network ADDRESS OTHER PREFIX
in_network() {
    shift_by=$((32 - $3))
    [ $(($(to_number "$1") >> shift_by)) = $(($(to_number "$2") >> shift_by)) ]
}
