#!/bin/sh
# network start: brings up what the ifcfg files say, in the order of EL7's script: NICs and bonds, VLANs, bridges.
. /etc/sysconfig/network-scripts/network-functions
[ "$1" = start ] || {
    echo "usage: $0 start" >&2
    exit 2
}
cd $scripts || exit 1

# Of the keys that decide the order, as they are written in the file; nothing else of it counts yet.
read_keys() {
    unset DEVICE TYPE SLAVE
    eval "$(grep -E '^[[:space:]]*(DEVICE|TYPE|SLAVE)=' "ifcfg-$1")"
}
starts_at_boot() {
    ! grep -Eq "^ONBOOT=['\"]?[Nn][Oo]['\"]?" "ifcfg-$1"
}
bring_up() {
    echo "Bringing up interface $1:"
    ./ifup "$1" boot || {
        echo "interface $1: FAILED"
        failed=1
    }
}

# eno10 after eno9: by the letters before the first digit, then by number.
names=$(for file in ifcfg-*; do
    is_ignored "$file" || echo "${file#ifcfg-}"
done | grep -v -e '^lo$' -e : -e '-range$' | sed 's/[0-9]/ &/' | sort -k 1,1 -k 2n | tr -d ' ')

failed=0
vlans=
bridges=
for name in $names; do
    read_keys "$name"
    [ "$SLAVE" = yes ] && continue
    if [ "$TYPE" = Bridge ]; then
        bridges="$bridges $name"
        continue
    fi
    case ${DEVICE:-$name} in
    *.* | vlan*)
        vlans="$vlans $name"
        continue
        ;;
    esac
    starts_at_boot "$name" && bring_up "$name"
done
for name in $vlans $bridges; do
    starts_at_boot "$name" && bring_up "$name"
done
exit $failed
