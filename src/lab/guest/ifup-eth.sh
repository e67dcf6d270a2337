#!/bin/sh
# ifup-eth FILE [boot]: brings up what FILE describes: a NIC, a bond with its ports, a bridge, a VLAN that is there.
. /etc/sysconfig/network-scripts/network-functions
[ -f /etc/sysconfig/network ] && . /etc/sysconfig/network

find_config "$1" || exit 1
read_config "$file"

if [ -n "$HWADDR" ] && ! has_mac "$REALDEVICE" "$HWADDR" && ! has_mac "$REALDEVICE" "$MACADDR"; then
    complain "Device $DEVICE has different MAC address than expected, ignoring."
    exit 1
fi

if [ "$TYPE" = Bridge ]; then
    make_bridge "$DEVICE" || exit 1
    settings=/sys/class/net/$DEVICE/bridge
    [ -n "$DELAY" ] && echo "$DELAY" | awk '{ print int($1 * 100) }' > "$settings/forward_delay"
    case $STP in
    on | yes | 1) echo 1 > "$settings/stp_state" ;;
    off | no | 0) echo 0 > "$settings/stp_state" ;;
    ?*) complain "bad value STP=$STP" ;;
    esac
    [ -n "$PRIO" ] && echo "$PRIO" > "$settings/priority"
    [ -n "$AGEING" ] && echo "$AGEING" | awk '{ print int($1 * 100) }' > "$settings/ageing_time"
    for option in $BRIDGING_OPTS; do
        echo "${option##*=}" > "$settings/${option%%=*}"
    done
fi

# The first sight of a file with BONDING_OPTS makes the bond.
exists "$REALDEVICE" || { [ -n "$BONDING_OPTS" ] && prepare_bond "$REALDEVICE"; }
if ! exists "$REALDEVICE"; then
    complain "Device $DEVICE does not seem to be present, delaying initialization."
    exit 1
fi

[ -n "$MACADDR" ] && ip link set dev "$DEVICE" address "$MACADDR"
[ -n "$MTU" ] && ip link set dev "$DEVICE" mtu "$MTU"

if [ "$SLAVE" = yes ] && [ -n "$MASTER" ]; then
    prepare_bond "$MASTER"
    if ! grep -qw -- "$DEVICE" "/sys/class/net/$MASTER/bonding/slaves" 2> /dev/null; then
        ip link set dev "$DEVICE" down
        echo "+$DEVICE" > "/sys/class/net/$MASTER/bonding/slaves" 2> /dev/null
    fi
    exit 0
fi

if [ -f "/sys/class/net/$DEVICE/bonding/slaves" ]; then
    prepare_bond "$DEVICE"
    ip link set dev "$DEVICE" up
    for port in $(grep -l "^[[:space:]]*MASTER=['\"]\{0,1\}$DEVICE['\"]\{0,1\}\([[:space:]#]\|\$\)" $scripts/ifcfg-*); do
        is_ignored "$port" && continue
        $scripts/ifup "${port##*/}" || complain "Unable to start slave device ${port##*/} for master $DEVICE."
    done
    for option in $BONDING_OPTS; do
        [ "${option%%=*}" = primary ] && echo "${option##*=}" > "/sys/class/net/$DEVICE/bonding/primary"
    done
fi

if [ -n "$BRIDGE" ]; then
    make_bridge "$BRIDGE"
    ip addr flush dev "$DEVICE" 2> /dev/null
    ip link set dev "$DEVICE" up
    join_bridge "$BRIDGE" "$DEVICE"
    for option in $BRIDGING_OPTS; do
        echo "${option##*=}" > "/sys/class/net/$DEVICE/brport/${option%%=*}"
    done
    exit 0
fi

ip link set dev "$REALDEVICE" up || {
    complain "Failed to bring up $DEVICE."
    exit 1
}

first=
count=0
for index in '' 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    eval "address=\${IPADDR$index} prefix=\${PREFIX$index} netmask=\${NETMASK$index} broadcast=\${BROADCAST$index}"
    if [ -z "$address" ]; then
        # IPADDR, IPADDR0 and IPADDR1 may each be the first; after that a gap ends the list.
        [ "${index:-0}" -ge 2 ] && break
        continue
    fi
    [ -n "$prefix" ] || { [ -n "$netmask" ] && prefix=$(prefix_of "$netmask"); }
    [ -n "$prefix" ] || prefix=$(class_prefix "$address")
    [ $count -gt 0 ] || first=$address/$prefix
    count=$((count + 1))
    # An address that is there already stays.
    said=$(ip addr add "$address/$prefix" brd "${broadcast:-+}" dev "$REALDEVICE" label "$DEVICE" 2>&1) ||
        [ "${said##*: }" = 'File exists' ] ||
        complain "Error adding address $address for $DEVICE."
done

if [ -n "$first" ] && [ "$DEFROUTE" != no ] && [ -n "$GATEWAY" ] && { [ -z "$GATEWAYDEV" ] || [ "$GATEWAYDEV" = "$REALDEVICE" ]; }; then
    # A gateway outside the first address's network is passed over in silence.
    in_network "$GATEWAY" "${first%/*}" "${first#*/}" &&
        ip route replace default ${METRIC:+metric $METRIC} via "$GATEWAY" ${GATEWAYDEV:+dev "$GATEWAYDEV"}
fi

if [ -z "$NOZEROCONF" ]; then
    read -r ifindex < "/sys/class/net/$REALDEVICE/ifindex"
    ip route add 169.254.0.0/16 dev "$REALDEVICE" metric $((1000 + ifindex)) scope link
fi

if ! is_no "$IPV6INIT"; then
    for address in $IPV6ADDR $IPV6ADDR_SECONDARIES; do
        ip -6 addr add "$address" dev "$REALDEVICE"
    done
    [ -n "$IPV6_DEFAULTGW" ] && { [ -z "$IPV6_DEFAULTDEV" ] || [ "$IPV6_DEFAULTDEV" = "$REALDEVICE" ]; } &&
        ip -6 route replace default via "${IPV6_DEFAULTGW%%%*}" dev "$REALDEVICE"
fi

add_routes() {
    [ -f "$2" ] || return 0
    if ! grep -Eq '^[[:space:]]*ADDRESS[0-9]+=' "$2"; then
        while read -r line || [ -n "$line" ]; do
            case $line in
            '' | '#'*) ;;
            *) ip "$1" "$3" add $line ;;
            esac
        done < "$2"
        return 0
    fi
    . "$2"
    index=0
    while eval "address=\${ADDRESS$index} netmask=\${NETMASK$index} gateway=\${GATEWAY$index}" && [ -n "$address" ]; do
        ip route add "$address/$(prefix_of "$netmask")" ${gateway:+via "$gateway"} dev "$REALDEVICE"
        index=$((index + 1))
    done
}
add_routes -4 "$scripts/route-$REALDEVICE" route
add_routes -6 "$scripts/route6-$REALDEVICE" route
add_routes -4 "$scripts/rule-$REALDEVICE" rule
add_routes -6 "$scripts/rule6-$REALDEVICE" rule

if ! is_no "$PEERDNS" && [ -n "$DNS1$DNS2$DNS3$DOMAIN" ]; then
    {
        [ -n "$DOMAIN" ] && echo "search $DOMAIN"
        [ -z "$DOMAIN" ] && grep -E '^(search|domain)' /etc/resolv.conf
        grep -Ev '^(search|domain|nameserver)' /etc/resolv.conf
        if [ -n "$DNS1$DNS2$DNS3" ]; then
            for server in $DNS1 $DNS2 $DNS3; do echo "nameserver $server"; done
        else
            grep '^nameserver' /etc/resolv.conf
        fi
    } > /run/resolv.conf.new
    # Not renamed: the daemons of the host may hold the file.
    cmp -s /run/resolv.conf.new /etc/resolv.conf || cat /run/resolv.conf.new > /etc/resolv.conf
    rm -f /run/resolv.conf.new
fi
exit 0
