#!/bin/sh
# First process of a lab host. The root is this machine's own root, read-only, over hostfs; everything written goes to
# the host's disk image, so that /etc and /var survive a reboot and a power cut as they do on a real machine.
# From the kernel's command line: LAB_DIRECTORY, LAB_NUMBER.
# A new process costs 20 ms in here: whatever can be done in one command is.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

die() {
    echo "lab: $*"
    echo o > /proc/sysrq-trigger
    sleep 60
}

mount -t proc proc /proc || die 'cannot mount /proc'
mount -t tmpfs tmpfs /mnt || die 'cannot mount a tmpfs on /mnt'
mkdir /mnt/disk /mnt/root
read -r _ _ release _ < /proc/version
modules=/usr/lib/uml/modules/$release
insmod "$modules/kernel/fs/overlayfs/overlay.ko" || die 'cannot load overlayfs'
mount -t ext4 /dev/ubda /mnt/disk || die 'cannot mount the disk'
mkdir -p /mnt/disk/upper /mnt/disk/work /mnt/disk/home
mount -t overlay -o lowerdir=/,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work root /mnt/root || die 'cannot mount the root'

cd /mnt/root || die 'no root'
mkdir -p lab lib/modules
[ -e "lib/modules/$release" ] || ln -s "$modules" "lib/modules/$release"
# The shell start-up files of this machine's root have no business in a lab host: /root is another folder.
cat > /mnt/fstab <<END
none /mnt/root/lab hostfs $LAB_DIRECTORY 0 0
proc /mnt/root/proc proc defaults 0 0
sysfs /mnt/root/sys sysfs defaults 0 0
dev /mnt/root/dev devtmpfs X-mount.mkdir 0 0
devpts /mnt/root/dev/pts devpts X-mount.mkdir,mode=600,ptmxmode=666 0 0
tmpfs /mnt/root/dev/shm tmpfs X-mount.mkdir 0 0
tmpfs /mnt/root/run tmpfs mode=755 0 0
tmpfs /mnt/root/tmp tmpfs mode=1777 0 0
/mnt/disk/home /mnt/root/root none bind 0 0
END
mount -a -T /mnt/fstab || die 'cannot mount the file systems'
pivot_root . mnt || die 'cannot change the root'
cd /
exec chroot . /bin/sh /lab/guest/start.sh "$LAB_NUMBER" < /dev/null
