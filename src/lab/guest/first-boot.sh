#!/bin/sh
# Makes the configuration of a fresh host, once: $1 is its number.
number=$1
name=kvm$1
scripts=/etc/sysconfig/network-scripts

# What configures the network of this machine says nothing about the host.
rm -rf /etc/network /etc/netplan /etc/NetworkManager /etc/systemd/network /etc/sysconfig /etc/resolv.conf
mkdir -p "$scripts"

echo "$name" > /etc/hostname
cat > /etc/hosts <<END
127.0.0.1 localhost
127.0.1.1 $name
END
: > /etc/resolv.conf

cp /lab/guest/network-functions.sh "$scripts/network-functions"
cp /lab/guest/ifup.sh "$scripts/ifup"
cp /lab/guest/ifup-eth.sh "$scripts/ifup-eth"
rm -f /usr/sbin/ifup /usr/sbin/ifdown
ln -s "$scripts/ifup" /usr/sbin/ifup
cp /lab/guest/network.sh /etc/init.d/network
chmod 755 "$scripts/ifup" "$scripts/ifup-eth" /etc/init.d/network

cat > /etc/sysconfig/network <<END
NETWORKING=yes
HOSTNAME=$name
END
cat > $scripts/ifcfg-lo <<END
DEVICE=lo
IPADDR=127.0.0.1
NETMASK=255.0.0.0
ONBOOT=yes
NAME=loopback
END
cat > $scripts/ifcfg-eno1 <<END
# Management: the lab's controller logs in here.
TYPE=Ethernet
DEVICE=eno1
NAME=eno1
BOOTPROTO=none
ONBOOT=yes
IPADDR=10.128.9.$((10 + number))
PREFIX=24
DEFROUTE=no
IPV6INIT=no
END
cat > $scripts/ifcfg-eno3 <<END
TYPE=Ethernet
PROXY_METHOD=none
BROWSER_ONLY=no
BOOTPROTO=none
DEFROUTE=yes
IPV4_FAILURE_FATAL=no
IPV6INIT=no
NAME=eno3
UUID=$(printf '7b1f0a30-0000-4000-8000-0000000000%02x' "$number")
DEVICE=eno3
ONBOOT=yes
# rack switch, port $number
IPADDR=10.128.1.$((10 + number))
PREFIX=24
GATEWAY=10.128.1.1
DNS1=192.168.0.168
END
for nic in eno4 eno5; do
    cat > $scripts/ifcfg-$nic <<END
TYPE=Ethernet
DEVICE=$nic
NAME=$nic
BOOTPROTO=none
ONBOOT=yes
END
done

mkdir -p /etc/ssh
rm -f /etc/ssh/ssh_host_* /etc/ssh/sshd_config
rm -rf /etc/ssh/sshd_config.d
install -m 600 /lab/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key
install -m 644 /lab/authorized_keys /etc/ssh/authorized_keys
cat > /etc/ssh/sshd_config <<END
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
LogLevel VERBOSE
PidFile /run/sshd.pid
Subsystem sftp internal-sftp
END
# As systemd ships it: else the first use of the module makes a bond0 that nobody asked for.
mkdir -p /etc/modprobe.d
echo 'options bonding max_bonds=0' > /etc/modprobe.d/bonding.conf

# There is no init that could be asked: the kernel writes everything out, unmounts and ends.
rm -f /usr/sbin/poweroff /usr/sbin/reboot
cat > /usr/sbin/poweroff <<END
#!/bin/sh
sync
echo u > /proc/sysrq-trigger
echo o > /proc/sysrq-trigger
END
cat > /usr/sbin/reboot <<END
#!/bin/sh
echo 'a lab host is rebooted from outside: kvmplay lab reboot $name' >&2
exit 1
END
chmod 755 /usr/sbin/poweroff /usr/sbin/reboot

: > /etc/kvmplay-lab
sync
