#!/bin/sh
# First process of a lab host. The root is this machine's own root, read-only, over hostfs; everything written goes to
# the host's disk image, so that /etc and /var survive a reboot and a power cut as they do on a real machine.
# From the kernel's command line: LAB_DIRECTORY, LAB_NUMBER.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
host=kvm$LAB_NUMBER

die() {
    echo "lab: $*"
    echo o > /proc/sysrq-trigger
    sleep 60
}

mount -t proc proc /proc || die 'cannot mount /proc'
mount -t tmpfs tmpfs /mnt || die 'cannot mount a tmpfs on /mnt'
mkdir /mnt/disk /mnt/root
modules=/usr/lib/uml/modules/$(uname -r)
insmod "$modules/kernel/fs/overlayfs/overlay.ko" || die 'cannot load overlayfs'
mount -t ext4 /dev/ubda /mnt/disk || die 'cannot mount the disk'
mkdir -p /mnt/disk/upper /mnt/disk/work /mnt/disk/home
mount -t overlay -o lowerdir=/,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work root /mnt/root || die 'cannot mount the root'

cd /mnt/root || die 'no root'
mkdir -p lab lib/modules
mount -t hostfs -o "$LAB_DIRECTORY" none lab || die "cannot mount $LAB_DIRECTORY"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm
mount -t devpts -o mode=600,ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# The shell start-up files of this machine's root have no business in a lab host.
mount --bind /mnt/disk/home root
[ -e "lib/modules/$(uname -r)" ] || ln -s "$modules" "lib/modules/$(uname -r)"
pivot_root . mnt || die 'cannot change the root'
cd /
exec chroot . /bin/sh /lab/guest/start.sh "$host" "$LAB_NUMBER" < /dev/null
