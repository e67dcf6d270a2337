# Turns a fresh network and mount namespace into a host: an sshd, and what a host has for itself. The machine's own files
# are read-only here.
set -eu
folder=$1
address=$2

mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd /run/bench
cp "$folder/sshd_config" "$folder/host_key" "$folder/authorized_keys" "$folder/shadow" /run/bench
# A root account that may log in by key, with no start-up files of a shell, which may cost more than all the rest.
mount --bind /run/bench/shadow /etc/shadow
mount -t tmpfs -o mode=700 tmpfs ~root
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -o remount,bind,ro /

echo ready
# The bench plugs the cable in the meantime.
read -r _
ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
exec "$(command -v sshd)" -D -e -f /run/bench/sshd_config
