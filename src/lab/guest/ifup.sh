#!/bin/sh
# ifup NAME [boot]: makes the VLAN if the file is one, then lets ifup-eth do the rest.
. /etc/sysconfig/network-scripts/network-functions
[ -f /etc/sysconfig/network ] && . /etc/sysconfig/network

find_config "$1" || {
    echo "$0: configuration for $1 not found." >&2
    exit 1
}
read_config "$file"
[ "$2" = boot ] && { [ "$ONBOOT" = no ] || [ "$ONBOOT" = NO ]; } && exit 0

if [ "$VLAN" = yes ] && [ -n "$DEVICE" ]; then
    if [ -z "$VID" ]; then
        case $DEVICE in
        ?*.[0-9] | ?*.[0-9][0-9] | ?*.[0-9][0-9][0-9] | ?*.[0-9][0-9][0-9][0-9])
            VID=${DEVICE##*.}
            PHYSDEV=${DEVICE%.*}
            ;;
        vlan[0-9]*)
            VID=${DEVICE#vlan}
            VID=${VID#"${VID%%[!0]*}"}
            ;;
        esac
    fi
    if [ -n "$VID" ]; then
        if [ -z "$PHYSDEV" ]; then
            complain "PHYSDEV should be set for device $DEVICE"
            exit 1
        fi
        [ -d /proc/net/vlan ] || modprobe 8021q
        if ! exists "$PHYSDEV"; then
            complain "device $DEVICE does not seem to be present, delaying initialization."
            exit 1
        fi
        is_up "$PHYSDEV" || ip link set dev "$PHYSDEV" up
        if [ ! -f "/proc/net/vlan/$DEVICE" ]; then
            ip link add dev "$DEVICE" link "$PHYSDEV" type vlan id "$VID" || {
                complain "could not add vlan $VID as $DEVICE on dev $PHYSDEV"
                exit 1
            }
        fi
    fi
fi

exec $scripts/ifup-eth "$file" "$2"
