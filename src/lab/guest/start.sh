#!/bin/sh
# Second half of the boot, on the final root: $1 is the number of the host.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root LC_ALL=C.UTF-8
unset LAB_DIRECTORY LAB_NUMBER mem uml_dir
number=$1
umount -l /mnt

echo "kvm$number" > /proc/sys/kernel/hostname
[ -e /etc/kvmplay-lab ] || sh /lab/guest/first-boot.sh "$number"

# A hypervisor has tun; and without IPv6 the settings below are not there.
modprobe -a tun ipv6

# A NIC of the kernel's vector driver refuses a new MAC while it is up, which real ones do not. So eno3 to eno5 are veth
# ends, each tied frame by frame to a vector device in a namespace that nobody looks into.
ip netns add wire
ip netns exec wire sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
host=$(printf %02x "$number")
ip -batch - <<END
link set lo up
link set vec0 name eno1
link set vec4 name eno9
link set vec1 netns wire
link set vec2 netns wire
link set vec3 netns wire
link add eno3 address 52:54:00:00:$host:03 type veth peer name plug3 netns wire
link add eno4 address 52:54:00:00:$host:04 type veth peer name plug4 netns wire
link add eno5 address 52:54:00:00:$host:05 type veth peer name plug5 netns wire
END
ip -n wire -batch - <<END
link set vec1 name line3 up promisc on
link set vec2 name line4 up promisc on
link set vec3 name line5 up promisc on
link set plug3 up
link set plug4 up
link set plug5 up
END
for nic in 3 4 5; do
    for pair in "line$nic plug$nic" "plug$nic line$nic"; do
        echo "qdisc add dev ${pair% *} ingress"
        echo "filter add dev ${pair% *} ingress matchall action mirred egress redirect dev ${pair#* }"
    done
done > /run/wire
tc -n wire -batch /run/wire

/etc/init.d/network start > /run/network-start.log 2>&1

mkdir -p /run/sshd
/usr/sbin/sshd -f /etc/ssh/sshd_config -E /lab/sshd.log
exec sh /lab/guest/agent.sh
