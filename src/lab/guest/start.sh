#!/bin/sh
# Second half of the boot, on the final root: $1 is the name of the host, $2 its number.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root LC_ALL=C.UTF-8
unset LAB_DIRECTORY LAB_NUMBER
number=$2
umount -l /mnt

hostname "$1"
ip link set lo up
[ -e /etc/kvmplay-lab ] || sh /lab/guest/first-boot.sh "$1" "$number"
modprobe bonding max_bonds=0

# A NIC of the kernel's vector driver refuses a new MAC while it is up, which real ones do not. So eno3 to eno5 are veth
# ends, each tied frame by frame to a vector device in a namespace that nobody looks into.
mac() { printf '52:54:00:00:%02x:%02x' "$number" "$1"; }
ip link set vec0 name eno1
ip link set vec4 name eno9
ip netns add wire
for nic in 3 4 5; do
    ip link set "vec$((nic - 2))" netns wire name "line$nic"
    ip link add "eno$nic" address "$(mac "$nic")" type veth peer name "plug$nic" netns wire
    ip -n wire link set "line$nic" up promisc on
    ip -n wire link set "plug$nic" up
    for pair in "line$nic plug$nic" "plug$nic line$nic"; do
        tc -n wire qdisc add dev "${pair% *}" ingress
        tc -n wire filter add dev "${pair% *}" ingress matchall action mirred egress redirect dev "${pair#* }"
    done
done

/etc/init.d/network start > /run/network-start.log 2>&1

mkdir -p /run/sshd
/usr/sbin/sshd -f /etc/ssh/sshd_config -E /lab/sshd.log
exec sh /lab/guest/agent.sh
